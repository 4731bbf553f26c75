import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  type ParseOptions,
  parseAllDocuments,
  Schema,
  type SchemaOptions,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Path } from '../../kube/finding.ts';

/** One document of a manifest: plain values, and where each stands. */
export interface YamlDocument {
  readonly value: unknown;
  readonly line: number;
  /** The line of what a path names, or of the nearest thing around it that is there. */
  lineOf(path: Path): number;
}

export interface YamlFault {
  readonly line: number;
  readonly reason: string;
}

export interface YamlText {
  readonly documents: readonly YamlDocument[];
  readonly faults: readonly YamlFault[];
}

// Manifests have some ten levels and some thousand values; what has more is an attack or another kind of file.
const deepest = 64;
const mostValues = 500_000;
const mostDocuments = 5_000;
// Aliases may unfold a small text to millions of values; people use a handful.
const mostAliases = 1_000;
const mostAliasedValues = 100_000;

type CustomTags = Exclude<SchemaOptions['customTags'], null | undefined | readonly unknown[]>;

// As Go reads YAML 1.1: 0644 and 0o644 are octal, and yes is true; but 1:30 is not ninety, and a date stays text.
const likeGo: CustomTags = (tags) => [
  ...tags.filter((tag) => typeof tag === 'string' || !(isTime(tag) || /:(omap|pairs|set|binary)$/.test(tag.tag))),
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    format: 'OCT',
    test: /^[-+]?0o[0-7_]+$/,
    resolve: (text: string): number => {
      const amount = Number(text.replaceAll('_', '').replace(/^[-+]/, ''));
      return text.startsWith('-') ? -amount : amount;
    },
  },
];

function isTime(tag: { readonly format?: string; readonly tag: string }): boolean {
  return tag.format === 'TIME' || tag.tag.endsWith(':timestamp');
}

// The parser's own check of double keys compares each with each: 64 KiB of keys took it 0.7 s. It is made below.
const options: ParseOptions & SchemaOptions & { readonly version: '1.1'; readonly logLevel: 'silent' } = {
  version: '1.1',
  // A schema of its own rather than tags for the version's: a "%YAML 1.2" line must not change what a number means.
  schema: new Schema({ schema: 'yaml-1.1', customTags: likeGo, merge: true }),
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
};

/** Reads YAML (JSON is YAML), several documents a text; empty documents are left out. Never throws on what a text holds. */
export function readDocuments(text: string): YamlText {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const nul = text.indexOf('\0');
  if (nul >= 0)
    return { documents: [], faults: [{ line: newlines(text, nul) + 1, reason: 'must be text, but holds a NUL byte' }] };
  const parsed = parseAllDocuments(text, { ...options, lineCounter: lines });
  const documents: YamlDocument[] = [];
  const faults: YamlFault[] = [];
  // The parser has no limit of its own on how many documents it gives; all after these are noise.
  if (!Array.isArray(parsed)) return { documents, faults };
  if (parsed.length > mostDocuments) {
    return {
      documents,
      faults: [{ line: 1, reason: `must hold at most ${mostDocuments} documents, but holds ${parsed.length}` }],
    };
  }
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      // Recursion in the parser ends with the stack; its words would not help anybody.
      const deep = error.message.includes('call stack');
      faults.push({
        line: lineAt(error.pos[0]),
        reason: deep ? tooDeep : `is not YAML: ${error.message.split('\n')[0]}`,
      });
      continue;
    }
    if (document.contents === null) continue;
    const reader = new Reader(lineAt);
    const value = reader.read(document.contents, 0);
    const line = reader.lineOf(document.contents) ?? 1;
    if (reader.fault !== undefined) faults.push(reader.fault);
    else if (value !== null)
      documents.push({ value, line, lineOf: (path) => reader.lineAt(document.contents, path) ?? line });
  }
  return { documents, faults };
}

const tooDeep = `must be nested at most ${deepest} levels deep`;

function newlines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

/** Turns the parser's nodes into plain values, in one pass, within limits; keeps the first fault. */
class Reader {
  readonly #lineAt: (offset: number) => number;
  // An alias means the last anchor of that name before it. The parser's own look-up walks the whole document each time.
  readonly #anchors = new Map<string, ParsedNode>();
  #values = 0;
  #aliases = 0;
  #aliasedValues = 0;
  #insideAlias = 0;
  fault: YamlFault | undefined;

  constructor(lineAt: (offset: number) => number) {
    this.#lineAt = lineAt;
  }

  read(node: ParsedNode | null, depth: number): unknown {
    if (this.fault !== undefined || node === null) return null;
    this.#values += 1;
    if (this.#insideAlias > 0) this.#aliasedValues += 1;
    if (depth > deepest) return this.#fail(node, tooDeep);
    if (this.#values > mostValues) return this.#fail(node, `must hold at most ${mostValues} values`);
    if (this.#aliasedValues > mostAliasedValues)
      return this.#fail(node, 'unfolds to too many values: its aliases name aliases');
    if (isAlias(node)) return this.#readAlias(node, depth);
    if (isScalar(node)) return this.#readScalar(node);
    if (isCollection(node)) {
      const value = isMap(node)
        ? this.#readMap(node as YAMLMap.Parsed, depth)
        : this.#readList(node as YAMLSeq.Parsed, depth);
      // Set after it was read: an anchor within itself is unknown there, so nothing can hold itself.
      this.#remember(node);
      return value;
    }
    return null;
  }

  lineOf(node: ParsedNode | null): number | undefined {
    return node?.range === undefined || node.range === null ? undefined : this.#lineAt(node.range[0]);
  }

  /** Follows a path as far as it goes. */
  lineAt(root: ParsedNode | null, path: Path): number | undefined {
    let node = root;
    let line = this.lineOf(node);
    for (const step of path) {
      if (isAlias(node)) node = this.#anchors.get(node.source) ?? null;
      if (isMap(node)) {
        const pair = (node as YAMLMap.Parsed).items.find((item) => keyText(item.key) === String(step));
        if (pair === undefined) break;
        line = this.lineOf(pair.key) ?? line;
        node = pair.value;
      } else if (isSeq(node) && typeof step === 'number') {
        node = (node as YAMLSeq.Parsed).items[step] ?? null;
        line = this.lineOf(node) ?? line;
      } else break;
    }
    return line;
  }

  #readAlias(node: ParsedNode & { readonly source: string }, depth: number): unknown {
    this.#aliases += 1;
    const target = this.#anchors.get(node.source);
    if (target === undefined)
      return this.#fail(node, `names the anchor "${node.source}", which does not stand before it`);
    if (this.#aliases > mostAliases) return this.#fail(node, `must hold at most ${mostAliases} aliases, unfolded`);
    this.#insideAlias += 1;
    const value = this.read(target, depth + 1);
    this.#insideAlias -= 1;
    return value;
  }

  #readScalar(node: ParsedNode & { readonly value: unknown }): unknown {
    this.#remember(node);
    const { value } = node;
    if (typeof value === 'bigint') return Number(value);
    return value ?? null;
  }

  #readList(node: YAMLSeq.Parsed, depth: number): unknown {
    return node.items.map((item) => this.read(item, depth + 1));
  }

  #readMap(node: YAMLMap.Parsed, depth: number): unknown {
    const entries = new Map<string, unknown>();
    const merged: unknown[] = [];
    for (const { key, value } of node.items) {
      if (isScalar(key)) this.#remember(key);
      const name = keyText(key);
      if (name === undefined) return this.#fail(node, 'must have text as the names of fields, not lists or objects');
      const held = this.read(value, depth + 1);
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(held);
      else if (entries.has(name)) return this.#fail(key ?? node, `has the field "${name}" twice`);
      else entries.set(name, held);
    }
    // "<<" gives what the map does not say itself; of several, the first wins.
    for (const map of merged.flat()) {
      if (typeof map !== 'object' || map === null) return this.#fail(node, 'must merge objects with "<<"');
      for (const [name, held] of Object.entries(map)) if (!entries.has(name)) entries.set(name, held);
    }
    return Object.fromEntries(entries);
  }

  #remember(node: ParsedNode): void {
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #fail(node: ParsedNode, reason: string): null {
    this.fault ??= { line: this.lineOf(node) ?? 1, reason };
    return null;
  }
}

/** A field's name is the text that was written: `on` and `1` are names, not values. */
function keyText(key: unknown): string | undefined {
  if (key === null) return 'null';
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
