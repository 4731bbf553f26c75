import { isList, type Located, locate, type Plain, plain } from './located.ts';
import type { Origin } from './origin.ts';
import { type Fault, nearest, problemAt, shown } from './problem.ts';
import type { Reading, ValueType } from './value-type.ts';

// An error names the right names where there are no more than this.
const mostNamed = 12;

/** A list of values; a flag's text has commas between them. */
export function list(item: ValueType, options: { readonly separator?: string } = {}): ValueType {
  const separator = options.separator ?? ',';
  return {
    name: `[]${item.name}`,
    expected: `a list, each item ${item.expected}`,
    shape: 'list',
    nullable: true,
    ...(item.itemFields === undefined ? {} : { itemFields: item.itemFields }),
    read: (node, path, reading) => {
      if (node.kind !== 'list') return wrong(node, path, `a list, each item ${item.expected}`, reading);
      const items = node.items.map((part, index) => item.read(part, `${path}[${index}]`, reading));
      return items.includes(undefined) ? undefined : { ...node, items: items.filter((part) => part !== undefined) };
    },
    parse: (text, from) => {
      const parts = text === '' ? [] : text.split(separator).map((part) => item.parse(part.trim(), from));
      if (parts.includes(undefined)) return undefined;
      return { kind: 'list', items: parts.filter((part) => part !== undefined), from };
    },
  };
}

interface MapSpec {
  /** What stands between a key and its value in a flag: `=` where nothing else is said. */
  readonly between?: string;
  /** The keys that have a meaning; absent: any. */
  readonly keys?: readonly string[];
  /** A name for the keys in errors: "a resource". */
  readonly key?: string;
  readonly isKey?: (key: string) => boolean;
}

/** Values by name; a flag's text is `name=value,name=value`. */
export function mapOf(value: ValueType, spec: MapSpec = {}): ValueType {
  const between = spec.between ?? '=';
  const keyName = spec.key ?? 'a name';
  return {
    name: `map of ${value.name}`,
    expected: `${keyName}${between}value pairs, each value ${value.expected}`,
    shape: 'map',
    nullable: true,
    read: (node, path, reading) => {
      if (node.kind !== 'map') return wrong(node, path, `a map, each value ${value.expected}`, reading);
      const entries = new Map<string, Located>();
      for (const [key, part] of node.entries) {
        const at = `${path}[${JSON.stringify(key)}]`;
        if (!isKey(key, spec)) reading.report(problemAt(part.from, wrongKey(key, at, spec)));
        const read = value.read(part, at, reading);
        if (read !== undefined) entries.set(key, read);
      }
      return { ...node, entries };
    },
    parse: (text, from) => parsePairs(text, between, (part) => value.parse(part, from), from),
  };
}

function wrongKey(key: string, path: string, spec: MapSpec): Fault {
  const keyName = spec.key ?? 'a name';
  const few = spec.keys !== undefined && spec.keys.length <= mostNamed;
  const expected = few ? `${keyName}: ${spec.keys?.join(', ')}` : keyName;
  return { path, expected, got: shown(key), suggestion: nearest(key, spec.keys ?? []) };
}

function isKey(key: string, { keys, isKey: test }: MapSpec): boolean {
  return (keys === undefined || keys.includes(key)) && (test === undefined || test(key));
}

function parsePairs(
  text: string,
  between: string,
  parse: (text: string) => Located | undefined,
  from: Origin,
): Located | undefined {
  const entries = new Map<string, Located>();
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf(between);
    const value = at > 0 ? parse(pair.slice(at + between.length).trim()) : undefined;
    if (value === undefined) return undefined;
    entries.set(pair.slice(0, at).trim(), value);
  }
  return { kind: 'map', entries, from };
}

interface StructSpec {
  readonly name: string;
  readonly required?: readonly string[];
  /** The flag's notation of one item. */
  readonly parse?: (text: string) => Plain | undefined;
}

/** A structure with fields of its own, as an item of a list. */
export function struct(fields: Readonly<Record<string, ValueType>>, spec: StructSpec): ValueType {
  return {
    name: spec.name,
    expected: `a map with ${Object.keys(fields).join(', ')}`,
    shape: 'one',
    nullable: true,
    itemFields: fields,
    read: (node, path, reading) => {
      if (node.kind !== 'map') return wrong(node, path, `a map with ${Object.keys(fields).join(', ')}`, reading);
      const entries = new Map<string, Located>();
      for (const [key, part] of node.entries) {
        const type = Object.hasOwn(fields, key) ? fields[key] : undefined;
        const value = type?.read(part, `${path}.${key}`, reading);
        if (value !== undefined) entries.set(key, value);
        if (type === undefined)
          reading.report(problemAt(part.from, unknownField(`${path}.${key}`, Object.keys(fields))));
      }
      for (const key of spec.required ?? []) {
        if (node.entries.has(key)) continue;
        reading.report(problemAt(node.from, { path: `${path}.${key}`, expected: 'a value', got: 'nothing' }));
      }
      return { ...node, entries };
    },
    parse: (text, from) => {
      const value = spec.parse?.(text);
      return value === undefined ? undefined : locate(value, from);
    },
  };
}

/** The fault of a field that does not exist among these. */
export function unknownField(path: string, known: readonly string[]): Fault {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const few = known.length <= mostNamed ? `one of ${known.join(', ')}` : 'a known field';
  return { path, expected: few, got: 'an unknown field', suggestion: nearest(name, known) };
}

function wrong(node: Located, path: string, expected: string, reading: Reading): undefined {
  const value = plain(node);
  const got = isList(value) ? `a list of ${value.length}` : shown(value);
  reading.report(problemAt(node.from, { path, expected, got }));
  return undefined;
}
