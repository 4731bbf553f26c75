import { parseDuration } from '../kube/duration.ts';
import { assert } from '../lib/assert.ts';
import type { Milliseconds } from '../lib/time.ts';
import type { Documents } from './documents.ts';
import { fields } from './fields.ts';
import { defaultOf, flags, pathOf } from './flags.ts';
import { type Located, locate, type Plain, plain, valueAt } from './located.ts';
import { fromDefault } from './origin.ts';

/** Every value that counts, by path: that of a field, or a flag with its dashes. */
export class Values {
  readonly #values: ReadonlyMap<string, Located>;
  readonly #set: ReadonlySet<string>;
  readonly #asked = new Set<string>();

  constructor(values: ReadonlyMap<string, Located>, set: ReadonlySet<string>) {
    this.#values = values;
    this.#set = set;
  }

  /** The paths that were read so far: a test holds them against what the table says of each field. */
  get asked(): ReadonlySet<string> {
    return this.#asked;
  }

  /** Whether a file or a flag says something here. */
  isSet(path: string): boolean {
    return this.#set.has(path);
  }

  located(path: string): Located | undefined {
    this.#asked.add(path);
    return this.#values.get(path);
  }

  entries(): readonly (readonly [path: string, value: Located])[] {
    return [...this.#values];
  }

  plain(path: string): Plain | undefined {
    const value = this.located(path);
    return value === undefined ? undefined : plain(value);
  }

  /** Text; undefined when the value is empty or has no default. */
  text(path: string): string | undefined {
    const value = this.plain(path) ?? '';
    assert(typeof value === 'string', `${path} is no text`);
    return value === '' ? undefined : value;
  }

  number(path: string): number {
    const value = this.plain(path);
    assert(typeof value === 'number', `${path} is no number`);
    return value;
  }

  bool(path: string): boolean {
    const value = this.plain(path);
    assert(typeof value === 'boolean', `${path} is neither true nor false`);
    return value;
  }

  duration(path: string): Milliseconds {
    const wait = parseDuration(this.text(path) ?? '');
    assert(wait !== undefined, `${path} is no duration`);
    return wait;
  }

  texts(path: string): readonly string[] {
    const value = this.plain(path);
    assert(Array.isArray(value), `${path} is no list`);
    return value.map(String);
  }

  map(path: string): ReadonlyMap<string, Plain> {
    const value = this.plain(path);
    assert(typeof value === 'object' && value !== null, `${path} is no map`);
    return new Map(Object.entries(value));
  }
}

/** What is the default for this command, where it differs from the table; undefined: nothing. */
export type DefaultsOfCommand = ReadonlyMap<string, Plain | undefined>;

/** Defaults, under the documents, under the flags. featureGates alone are merged gate by gate between the last two. */
export function effectiveValues(
  documents: Documents,
  fromFlags: ReadonlyMap<string, Located>,
  defaults: DefaultsOfCommand,
): Values {
  const values = new Map<string, Located>();
  const set = new Set<string>();
  const put = (path: string, given: Located | undefined, otherwise: Plain | undefined): void => {
    const fallback = defaults.has(path) ? defaults.get(path) : otherwise;
    if (given !== undefined) set.add(path);
    if (given !== undefined) values.set(path, given);
    else if (fallback !== undefined) values.set(path, locate(fallback, fromDefault));
  };
  for (const field of fields) {
    const written = valueAt(documents[field.document], field.path.split('.'));
    const flag = fromFlags.get(field.path);
    put(field.path, field.path === 'featureGates' ? overlaid(written, flag) : (flag ?? written), field.default);
  }
  for (const flag of flags) {
    const path = pathOf(flag);
    if (path.startsWith('--')) put(path, fromFlags.get(path), defaultOf(flag));
  }
  return new Values(values, set);
}

function overlaid(under: Located | undefined, over: Located | undefined): Located | undefined {
  if (under?.kind !== 'map' || over?.kind !== 'map') return over ?? under;
  return { ...over, entries: new Map([...under.entries, ...over.entries]) };
}
