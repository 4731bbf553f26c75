import type { Finding, Path } from './finding.ts';
import type { Grammar } from './names.ts';
import { nearest } from './nearest.ts';

/**
 * A value that came from outside, and where it stands in its object.
 *
 * Each reading gives the value or `undefined`; what does not fit is noted, so that one pass finds everything. A null is
 * an absent value, as in Kubernetes.
 */
export class Input {
  readonly path: Path;
  readonly #value: unknown;
  readonly #findings: Finding[];

  constructor(value: unknown, findings: Finding[], path: Path = []) {
    this.#value = value ?? undefined;
    this.#findings = findings;
    this.path = path;
  }

  get absent(): boolean {
    return this.#value === undefined;
  }

  /** Notes what is wrong with this value. */
  report(message: string): void {
    this.#findings.push({ path: this.path, message });
  }

  /** Itself, after noting when it is absent. */
  get required(): Input {
    if (this.absent) this.report('is required');
    return this;
  }

  /** A field of it; an absent one when it is no object (see `object`). */
  field(name: string): Input {
    const record = isRecord(this.#value) && Object.hasOwn(this.#value, name) ? this.#value[name] : undefined;
    return new Input(record, this.#findings, [...this.path, name]);
  }

  /** Whether it is there and an object; notes when it is something else. */
  get isObject(): boolean {
    if (this.absent) return false;
    if (isRecord(this.#value)) return true;
    this.report(`must be an object, but is ${describe(this.#value)}`);
    return false;
  }

  /** The names of its fields that hold something. */
  get names(): readonly string[] {
    if (!isRecord(this.#value)) return [];
    const record = this.#value;
    return Object.keys(record).filter((name) => (record[name] ?? undefined) !== undefined);
  }

  /** What `read` makes of it when it is an object. */
  object<Kind>(read: (input: Input) => Kind): Kind | undefined {
    return this.isObject ? read(this) : undefined;
  }

  /** What `read` makes of each item of a list; undefined when it is absent. */
  list<Kind>(read: (item: Input) => Kind): readonly Kind[] | undefined {
    if (this.absent) return undefined;
    if (!Array.isArray(this.#value)) {
      this.report(`must be a list, but is ${describe(this.#value)}`);
      return undefined;
    }
    return this.#value.map((item, place) => read(new Input(item, this.#findings, [...this.path, place])));
  }

  /** What `read` makes of each item of a list of objects. Items that are none are noted and left out. */
  objects<Kind>(read: (item: Input) => Kind): readonly Kind[] | undefined {
    return this.list((item) => item.required.object(read))?.filter((item) => item !== undefined) as Kind[] | undefined;
  }

  /** What `read` makes of each value of a map; undefined when it is absent. Values that give undefined are left out. */
  map<Kind>(read: (value: Input, key: string) => Kind | undefined): Readonly<Record<string, Kind>> | undefined {
    if (!this.isObject) return undefined;
    const entries: [string, Kind][] = [];
    for (const key of Object.keys(this.#value as object)) {
      const value = read(this.field(key), key);
      if (value !== undefined) entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  text(grammar?: Grammar): string | undefined {
    if (this.absent) return undefined;
    if (typeof this.#value !== 'string') {
      const cure = typeof this.#value === 'object' ? '' : '; put it in quotes';
      this.report(`must be text, but is ${describe(this.#value)}${cure}`);
      return undefined;
    }
    if (grammar !== undefined && (this.#value.length > grammar.longest || !grammar.pattern.test(this.#value))) {
      this.report(`must be ${grammar.meaning}, but is ${describe(this.#value)}`);
      return undefined;
    }
    return this.#value;
  }

  /** Text that must be there; empty after noting that it is not. */
  requiredText(grammar?: Grammar): string {
    if (this.absent || this.#value === '') {
      this.report('is required');
      return '';
    }
    return this.text(grammar) ?? '';
  }

  texts(grammar?: Grammar): readonly string[] | undefined {
    return this.list((item) => item.required.text(grammar))?.filter((item) => item !== undefined);
  }

  flag(): boolean | undefined {
    if (this.absent || typeof this.#value === 'boolean') return this.#value as boolean | undefined;
    this.report(`must be true or false, but is ${describe(this.#value)}`);
    return undefined;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number = Number.MAX_SAFE_INTEGER): number | undefined {
    if (this.absent) return undefined;
    const value = this.#value;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    this.report(`must be a whole number ${range}, but is ${describe(value)}`);
    return undefined;
  }

  /** One of a few words. */
  oneOf<Word extends string>(words: readonly Word[]): Word | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) {
      const meant = nearest(text, words);
      const cure = meant === undefined ? '' : `; did you mean ${meant}?`;
      this.report(`must be ${anyOf(words)}, but is ${describe(text)}${cure}`);
    }
    return word;
  }

  /** The value as it came, for what has two shapes. */
  get raw(): unknown {
    return this.#value;
  }
}

/** Drops the fields that are undefined: absent and undefined are not the same in what is sent on. */
export function compact<Fields extends object>(fields: Fields): Compact<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Compact<Fields>;
}

type Compact<Fields> = {
  readonly [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & {
  readonly [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>;
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** A value in words, cut where it is long. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'absent';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
}

function anyOf(words: readonly string[]): string {
  const shown = words.map((word) => (word === '' ? '""' : word));
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
