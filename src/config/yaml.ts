import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Located, LocatedMap } from './located.ts';
import type { Origin } from './origin.ts';
import { type ConfigError, problemAt } from './problem.ts';

/** The place of a line in the text that is read. */
export type LineOrigin = (line: number) => Origin;

/** The documents that could be read, and what is wrong with the others. */
export interface ReadYaml {
  readonly documents: readonly Located[];
  readonly errors: readonly ConfigError[];
}

// A few aliases of aliases unfold to millions of values ("billion laughs"); no real configuration comes near this.
const mostValues = 20_000;
const deepest = 40;

type Tags = Parameters<typeof parseAllDocuments>[1] extends infer Options
  ? Options extends { customTags?: infer Custom | null }
    ? Extract<Custom, (...tags: never[]) => unknown>
    : never
  : never;

// As Go reads YAML 1.1: 0644 and 0o644 are octal and `yes` is true, but 1:30 is not ninety, and a date stays text.
const tagsOfGo: Tags = (tags) => [
  ...tags.filter((tag) => typeof tag === 'string' || (!isTime(tag) && !isCollection(tag.tag))),
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    format: 'OCT',
    test: /^[-+]?0o[0-7_]+$/,
    resolve: (text: string): number => Number(text.replaceAll('_', '').replace(/^\+/, '')),
  },
];

function isTime(tag: { readonly format?: string; readonly tag: string }): boolean {
  return tag.format === 'TIME' || tag.tag.endsWith(':timestamp');
}

function isCollection(name: string): boolean {
  return /:(omap|pairs|set|binary)$/.test(name);
}

/** Reads YAML or JSON, several documents a text; empty documents are left out. Never throws on what a text holds. */
export function readYaml(text: string, originOf: LineOrigin): ReadYaml {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const parsed = parseAllDocuments(text, {
    version: '1.1',
    customTags: tagsOfGo,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Located[] = [];
  const errors: ConfigError[] = [];
  if (!Array.isArray(parsed)) return { documents, errors };
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      errors.push(notYaml(originOf(lineOf(error.pos[0])), error.message));
      continue;
    }
    if (document.contents === null) continue;
    const reader = new Reader(document, (offset) => originOf(lineOf(offset)));
    const root = reader.read(document.contents, reader.originOf(document.contents, originOf(1)), 0);
    if (reader.fault !== undefined) errors.push(reader.fault);
    else if (root.kind !== 'scalar' || root.value !== null) documents.push(root);
  }
  return { documents, errors };
}

function notYaml(origin: Origin, message: string): ConfigError {
  return problemAt(origin, { path: '', expected: 'YAML', got: `text that is none: ${message.split('\n')[0] ?? ''}` });
}

/** Turns the parser's nodes into located values; stops at the first thing that has no meaning. */
class Reader {
  readonly #document: Document.Parsed<ParsedNode>;
  readonly #at: (offset: number) => Origin;
  #values = 0;
  fault: ConfigError | undefined;

  constructor(document: Document.Parsed<ParsedNode>, at: (offset: number) => Origin) {
    this.#document = document;
    this.#at = at;
  }

  originOf(node: unknown, otherwise: Origin): Origin {
    const range = (node as { range?: readonly number[] | null } | null)?.range;
    return range?.[0] === undefined ? otherwise : this.#at(range[0]);
  }

  read(node: Node | null, from: Origin, depth: number): Located {
    this.#values += 1;
    if (this.#values > mostValues || depth > deepest) {
      this.fault ??= notYaml(from, `more than ${mostValues} values, or more than ${deepest} levels`);
    }
    if (this.fault !== undefined || node === null) return { kind: 'scalar', value: null, from };
    if (isAlias(node)) return this.#readAlias(node, from, depth);
    if (isMap(node)) return this.#readMap(node, from, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as Node, this.originOf(item, from), depth + 1));
      return { kind: 'list', items, from };
    }
    return { kind: 'scalar', value: isScalar(node) ? scalarValue(node) : null, from };
  }

  #readAlias(node: Alias, from: Origin, depth: number): Located {
    const target = node.resolve(this.#document);
    if (target === undefined) this.fault ??= notYaml(from, `no &${node.source} stands before *${node.source}`);
    return this.read(target ?? null, from, depth + 1);
  }

  #readMap(node: YAMLMap, from: Origin, depth: number): LocatedMap {
    const entries = new Map<string, Located>();
    for (const { key, value } of node.items) {
      const origin = this.originOf(key, from);
      const name = isScalar(key) ? keyText(key) : undefined;
      if (name === undefined) {
        this.fault ??= notYaml(origin, 'a map or list as the name of a field');
        continue;
      }
      if (name === '<<') this.#mergeInto(entries, this.read(value as Node | null, origin, depth + 1));
      else entries.set(name, this.read(value as Node | null, origin, depth + 1));
    }
    return { kind: 'map', entries, from };
  }

  /** `<<: *anchor`: what the map says itself stands over what it merges in. */
  #mergeInto(entries: Map<string, Located>, source: Located): void {
    const sources = source.kind === 'list' ? source.items : [source];
    for (const map of sources) {
      if (map.kind !== 'map') continue;
      for (const [key, value] of map.entries) if (!entries.has(key)) entries.set(key, value);
    }
  }
}

/** A key is the text that was written: `on:` and `1:` are names, not values. */
function keyText(key: Scalar): string {
  if (typeof key.value === 'string') return key.value;
  return key.source ?? String(key.value);
}

function scalarValue(node: Scalar): null | boolean | number | string {
  const { value } = node;
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') {
    return value;
  }
  return node.source ?? String(value);
}
