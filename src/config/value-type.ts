import { type Located, plain } from './located.ts';
import type { Origin } from './origin.ts';
import { type ConfigError, nearest, problemAt, shown } from './problem.ts';

/** What reading a value needs besides the value. */
export interface Reading {
  readonly report: (error: ConfigError) => void;
  /** What relative paths in flags are relative to. */
  readonly workingDirectory: string;
}

/** One type of value: how it reads what a file or a flag says, and how people are told of it. */
export interface ValueType {
  /** For the table of parity: `duration`, `int32`. */
  readonly name: string;
  /** For errors: "a whole number from 1 to 65535". */
  readonly expected: string;
  /** A switch is a flag that needs no value; a flag of a list or map may be given several times. */
  readonly shape: 'switch' | 'one' | 'list' | 'map';
  /** Whether zero and empty mean themselves in a file; else they mean the default, as in the API. */
  readonly nullable: boolean;
  /** The value in its one normal form; undefined after a fault was reported. */
  readonly read: (node: Located, path: string, reading: Reading) => Located | undefined;
  /** What a flag's text says, as a file would say it; undefined when it says nothing of this type. */
  readonly parse: (text: string, from: Origin) => Located | undefined;
  /** The fields of each item, for a list of structures. */
  readonly itemFields?: Readonly<Record<string, ValueType>>;
}

type ScalarValue = boolean | number | string;

interface ScalarSpec {
  readonly name: string;
  readonly expected: string;
  /** The normal form of a value, or undefined when it is not of the type. */
  readonly accept: (raw: null | ScalarValue, from: Origin, reading: Reading) => ScalarValue | undefined;
  /** A flag's text as a file's value; by default the text itself. */
  readonly parse?: (text: string) => ScalarValue | undefined;
  readonly suggest?: (raw: null | ScalarValue) => string | undefined;
}

/** A type of single values. */
export function scalar(spec: ScalarSpec): ValueType {
  const type: ValueType = {
    name: spec.name,
    expected: spec.expected,
    shape: 'one',
    nullable: false,
    read: (node, path, reading) => {
      const value = node.kind === 'scalar' ? spec.accept(node.value, node.from, reading) : undefined;
      if (value !== undefined) return { kind: 'scalar', value, from: node.from };
      const suggestion = node.kind === 'scalar' ? spec.suggest?.(node.value) : undefined;
      reading.report(problemAt(node.from, { path, expected: spec.expected, got: shown(plain(node)), suggestion }));
      return undefined;
    },
    parse: (text, from) => {
      const value = spec.parse === undefined ? text : spec.parse(text);
      return value === undefined ? undefined : { kind: 'scalar', value, from };
    },
  };
  return type;
}

/** The same type, where zero or empty in a file means just that and not the default. */
export function nullable(type: ValueType): ValueType {
  return { ...type, nullable: true };
}

/** Text of which anything is right. */
export const text: ValueType = scalar({
  name: 'string',
  expected: 'text',
  accept: (raw) => (typeof raw === 'string' ? raw : undefined),
  suggest: quoted,
});

/** Text that a test must accept; `expected` says what the test wants. */
export function textThat(name: string, expected: string, test: (text: string) => boolean): ValueType {
  const accept = (raw: null | ScalarValue): string | undefined =>
    typeof raw === 'string' && (raw === '' || test(raw)) ? raw : undefined;
  return scalar({ name, expected, accept, suggest: quoted });
}

/** One of a closed set of words. `refused` are right words that nodelet cannot serve, each with the remedy. */
export function oneOf(words: readonly string[], refused: Readonly<Record<string, string>> = {}): ValueType {
  const served = words.filter((word) => !Object.hasOwn(refused, word));
  const reasons = Object.values(refused).map((reason) => ` (${reason})`);
  return scalar({
    name: words.filter((word) => word !== '').join('\\|'),
    expected: `${served.map((word) => (word === '' ? '""' : word)).join(' or ')}${reasons.join('')}`,
    accept: (raw) => (typeof raw === 'string' && served.includes(raw) ? raw : undefined),
    suggest: (raw) => (typeof raw === 'string' ? nearest(raw, served) : undefined),
  });
}

// What Go's flags take as true and false.
const truth: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

export const bool: ValueType = {
  ...scalar({
    name: 'bool',
    expected: 'true or false',
    accept: (raw) => (typeof raw === 'boolean' ? raw : undefined),
    parse: (word) => truth.get(word),
    suggest: (raw) => (typeof raw === 'string' ? truth.get(raw)?.toString() : undefined),
  }),
  shape: 'switch',
};

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

const int32: Range = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** A whole number, of 32 bits when the range does not say otherwise. */
export function int(range: Range = {}): ValueType {
  const min = range.min ?? int32.min ?? 0;
  const max = range.max ?? int32.max ?? 0;
  return scalar({
    name: 'int',
    expected: `a whole number${rangeText(range)}`,
    accept: (raw) => (typeof raw === 'number' && Number.isInteger(raw) && raw >= min && raw <= max ? raw : undefined),
    parse: wholeNumber,
    suggest: (raw) => (typeof raw === 'string' ? wholeNumber(raw)?.toString() : undefined),
  });
}

/** A number that need not be whole. */
export function float(range: Range & { readonly expected: string }): ValueType {
  const { min = -Infinity, max = Infinity } = range;
  return scalar({
    name: 'float',
    expected: range.expected,
    accept: (raw) => (typeof raw === 'number' && raw >= min && raw <= max ? raw : undefined),
    parse: (word) => (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : undefined),
  });
}

function wholeNumber(word: string): number | undefined {
  return /^[+-]?\d+$/.test(word) || /^0[xX][0-9a-fA-F]+$/.test(word) ? Number(word) : undefined;
}

function rangeText({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, ${min} or more`;
  return max === undefined ? '' : `, ${max} or less`;
}

/** The text that a number or truth value would be between quotes; YAML takes them for what they look like. */
function quoted(raw: null | ScalarValue): string | undefined {
  return typeof raw === 'number' || typeof raw === 'boolean' ? JSON.stringify(String(raw)) : undefined;
}
