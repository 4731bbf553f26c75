import { documentKinds } from './check.ts';
import type { Config } from './config.ts';
import type { DocumentKind } from './field.ts';
import { type Located, type Plain, plain } from './located.ts';
import { originText } from './origin.ts';
import type { Origins, Setting } from './origins.ts';

/** The widest value behind which the comments still stand in one column. */
const column = 56;

/**
 * The effective configuration as YAML, behind each value a comment with its origin.
 *
 * Two documents that `--config` takes back; what only flags can say stands in comments above them.
 */
export function renderConfig(config: Config, origins: Origins): string {
  const { runtime } = config;
  const place =
    runtime.kind === 'external' ? `at ${runtime.endpoint}` : `below ${runtime.rootDir}, state in ${runtime.stateDir}`;
  const flags = origins.filter(({ document, isSet }) => document === 'flags' && isSet);
  const kinds = Object.keys(documentKinds) as DocumentKind[];
  return [
    `# runtime: ${runtime.kind}, ${place}`,
    `# manifests: ${config.pods.manifestPaths.join(', ') || 'none'}`,
    ...flags.map(({ keys, value }) => `# ${keys[0]}=${scalarText(plain(value))}`),
    ...kinds.flatMap((kind) => ['---', ...documentLines(kind, origins)]),
    '',
  ].join('\n');
}

/** A section of a document: its settings by key, and the sections in it. */
type Section = Map<string, Section | Setting>;

function documentLines(kind: DocumentKind, origins: Origins): readonly string[] {
  const root: Section = new Map();
  for (const setting of origins) {
    if (setting.document !== kind) continue;
    let section = root;
    for (const key of setting.keys.slice(0, -1)) {
      const inner = section.get(key);
      const next: Section = inner instanceof Map ? inner : new Map();
      section.set(key, next);
      section = next;
    }
    section.set(setting.keys.at(-1) ?? '', setting);
  }
  return [`apiVersion: ${documentKinds[kind]}`, `kind: ${kind}`, ...sectionLines(root, '')];
}

function sectionLines(section: Section, indent: string): readonly string[] {
  return [...section].flatMap(([key, value]) => {
    if (value instanceof Map) return [`${indent}${key}:`, ...sectionLines(value, `${indent}  `)];
    return valueLines(`${indent}${key}:`, value.value, `${indent}  `);
  });
}

function valueLines(head: string, value: Located, indent: string): readonly string[] {
  if (value.kind === 'map' && value.entries.size > 0) {
    return [
      head,
      ...[...value.entries].flatMap(([key, part]) => valueLines(`${indent}${scalarText(key)}:`, part, `${indent}  `)),
    ];
  }
  if (value.kind === 'list' && value.items.length > 0) {
    return [head, ...value.items.map((item) => commented(`${indent}- ${scalarText(plain(item))}`, item))];
  }
  return [commented(`${head} ${scalarText(plain(value))}`, value)];
}

function commented(line: string, { from }: Located): string {
  // A comment ends with its line: a file's name must not go on in the next one.
  return `${line.padEnd(column)} # from ${originText(from).replaceAll(/[\r\n]/g, '?')}`;
}

function scalarText(value: Plain): string {
  if (typeof value === 'string') return isBare(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

// Words, paths and addresses; durations and quantities with a unit; IPv4 addresses and networks. All else is quoted:
// YAML 1.1 would take some of it for a number, a time or a truth value.
const bare = [
  /^[A-Za-z/][\w./:-]*[\w/]$/,
  /^(\d+(ms|s|m|h))+$/,
  /^\d+(Ki|Mi|Gi|Ti|k|M|G|m|%)$/,
  /^\d+(\.\d+){3}(\/\d+)?$/,
];

function isBare(value: string): boolean {
  return bare.some((shape) => shape.test(value)) && !/^(yes|no|on|off|true|false|null|nan|inf)$/i.test(value);
}
