import { parseArgs } from 'node:util';
import { flagNamed, flags, pathOf, shortNames, typeOf } from './flags.ts';
import { type Located, plain } from './located.ts';
import type { Origin } from './origin.ts';
import { type ConfigError, nearest, shown } from './problem.ts';
import type { Reading } from './value-type.ts';

/** What the command line says. */
export interface ParsedFlags {
  /** By path: that of the field, or the flag with its dashes. */
  readonly values: ReadonlyMap<string, Located>;
  readonly positionals: readonly string[];
}

const options: Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>> =
  Object.fromEntries(flags.map((flag) => [flag.name, optionOf(flag.name, typeOf(flag).shape === 'switch')]));

function optionOf(name: string, isSwitch: boolean): { type: 'boolean' | 'string'; short?: string } {
  const type = isSwitch ? 'boolean' : 'string';
  const short = Object.entries(shortNames).find(([, long]) => long === name)?.[0];
  return short === undefined ? { type } : { type, short };
}

/**
 * Reads a kubelet's command line: `--flag=value`, `--flag value`, `-v 4`, switches without a value, lists and maps
 * given several times, and `_` for `-` in names, as old service units have it.
 */
export function parseFlags(argv: readonly string[], reading: Reading): ParsedFlags {
  const values = new Map<string, Located>();
  const positionals: string[] = [];
  const args = argv.map((arg) => (arg.startsWith('--') ? withDashes(arg) : arg));
  const { tokens } = parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const found = readFlag(token.name, token.rawName, token.value, reading);
    if (found !== undefined) values.set(found.path, joined(values.get(found.path), found.value));
  }
  return { values, positionals };
}

function withDashes(arg: string): string {
  const end = arg.indexOf('=');
  return end < 0 ? arg.replaceAll('_', '-') : `${arg.slice(0, end).replaceAll('_', '-')}${arg.slice(end)}`;
}

function readFlag(
  name: string,
  rawName: string,
  given: string | undefined,
  reading: Reading,
): { readonly path: string; readonly value: Located } | undefined {
  const flag = flagNamed(name);
  if (flag === undefined) {
    reading.report(unknownFlag(rawName));
    return undefined;
  }
  const type = typeOf(flag);
  const from: Origin = { kind: 'flag', flag: `--${flag.name}` };
  // `-v=4` arrives as "=4"; a switch alone means true.
  const text =
    given?.replace(rawName.startsWith('--') ? /^$/ : /^=/, '') ?? (type.shape === 'switch' ? 'true' : undefined);
  if (text === undefined) {
    reading.report({ path: from.flag, expected: type.expected, got: 'nothing' });
    return undefined;
  }
  const parsed = type.parse(text, from);
  if (parsed === undefined) {
    reading.report({ path: from.flag, expected: type.expected, got: shown(text) });
    return undefined;
  }
  const value = type.read(parsed, pathOf(flag), reading);
  return value === undefined ? undefined : { path: pathOf(flag), value };
}

function unknownFlag(rawName: string): ConfigError {
  const near = nearest(rawName.replace(/^-+/, ''), Object.keys(options));
  const error = { path: rawName, expected: 'a flag of nodelet', got: 'an unknown flag' };
  return near === undefined ? error : { ...error, suggestion: `--${near}` };
}

/** A list goes on where it was given before, a map takes more keys; of anything else the last one counts. */
function joined(before: Located | undefined, value: Located): Located {
  if (before?.kind === 'list' && value.kind === 'list') return { ...value, items: [...before.items, ...value.items] };
  if (before?.kind === 'map' && value.kind === 'map') {
    return { ...value, entries: new Map([...before.entries, ...value.entries]) };
  }
  return value;
}

/** Whether the command line asks for help or for the version, before anything else is looked at. */
export function askedFor(argv: readonly string[]): 'help' | 'version' | undefined {
  const { values } = parseFlags(argv, { report: () => undefined, workingDirectory: '/' });
  const asks = (path: string): boolean => {
    const value = values.get(path);
    return value !== undefined && ![false, 'false'].includes(plain(value) as boolean | string);
  };
  if (asks('--help')) return 'help';
  return asks('--version') ? 'version' : undefined;
}
