import { flagNamed, typeOf } from '../config/flags.ts';
import { nearest } from '../config/problem.ts';
import { UsageError } from './command.ts';

/** An option of a command, by its long name. */
export interface Option {
  readonly kind: 'switch' | 'value';
  readonly short?: string;
}

/** What a command takes besides nodelet's configuration flags (`--root-dir`, `--config`, …), which all take. */
export interface Spec {
  readonly options: Readonly<Record<string, Option>>;
  /** The names of the positional arguments; a last one with "…" takes any number, one in brackets may be missing. */
  readonly positionals: readonly string[];
  /** Words behind `--` are taken as they are. */
  readonly rest?: string;
}

export interface Args {
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
  /** Flags for the configuration, as they were given. */
  readonly configFlags: readonly string[];
}

/** A command line while it is read. */
class Reader {
  readonly values = new Map<string, string>();
  readonly switches = new Set<string>();
  readonly positionals: string[] = [];
  readonly configFlags: string[] = [];
  readonly #spec: Spec;

  constructor(spec: Spec) {
    this.#spec = spec;
  }

  /** Reads the word at `at`, with its value when that is the next one. Gives the place behind it. */
  read(argv: readonly string[], at: number): number {
    const word = argv[at] ?? '';
    if (word.startsWith('--')) return this.#long(word.slice(2), argv, at + 1);
    if (word.startsWith('-') && word !== '-') return this.#short(word.slice(1), argv, at + 1);
    this.positionals.push(word);
    return at + 1;
  }

  #long(text: string, argv: readonly string[], next: number): number {
    const [name = '', inline] = splitOnce(text);
    const option = this.#spec.options[name];
    if (option !== undefined) return this.#take(name, option, { inline, argv, next });
    const flag = flagNamed(name.replaceAll('_', '-'));
    if (flag === undefined) {
      const known = Object.keys(this.#spec.options);
      const near = nearest(name, [...known, 'config', 'root-dir', 'run-dir']);
      throw new UsageError(`unknown option --${name}${near === undefined ? '' : `; did you mean --${near}?`}`);
    }
    this.configFlags.push(`--${text}`);
    if (inline !== undefined || typeOf(flag).shape === 'switch') return next;
    const value = argv[next];
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    this.configFlags.push(value);
    return next + 1;
  }

  /** `-f`, `-it`, `-c NAME`, `-cNAME`. */
  #short(letters: string, argv: readonly string[], next: number): number {
    const [name, option] = Object.entries(this.#spec.options).find(([, { short }]) => short === letters[0]) ?? [];
    if (name === undefined || option === undefined) throw new UsageError(`unknown option -${letters[0]}`);
    const others = letters.slice(1);
    if (option.kind === 'value') {
      return this.#take(name, option, { inline: others === '' ? undefined : others.replace(/^=/, ''), argv, next });
    }
    this.switches.add(name);
    return others === '' ? next : this.#short(others, argv, next);
  }

  #take(
    name: string,
    option: Option,
    from: { readonly inline: string | undefined; readonly argv: readonly string[]; readonly next: number },
  ): number {
    if (option.kind === 'switch') {
      if (from.inline !== undefined && from.inline !== 'true' && from.inline !== 'false')
        throw new UsageError(`--${name} takes no value, but was given ${JSON.stringify(from.inline)}`);
      if (from.inline !== 'false') this.switches.add(name);
      return from.next;
    }
    const value = from.inline ?? from.argv[from.next];
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    this.values.set(name, value);
    return from.inline === undefined ? from.next + 1 : from.next;
  }
}

/** Reads a command's line: its own options anywhere, configuration flags, positionals, and the words behind `--`. */
export function readArgs(argv: readonly string[], spec: Spec): Args {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? [] : argv.slice(end + 1);
  const reader = new Reader(spec);
  for (let at = 0; at < words.length; ) at = reader.read(words, at);
  if (rest.length > 0 && spec.rest === undefined) throw new UsageError('this command takes no words behind --');
  checkPositionals(reader.positionals, spec);
  const { values, switches, positionals, configFlags } = reader;
  return { values, switches, positionals, rest, configFlags };
}

/** The value of an option that is a whole number from 0 on. */
export function wholeNumber(args: Args, name: string): number | undefined {
  const text = args.values.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${name} needs a whole number, got ${JSON.stringify(text)}`);
  return Number(text);
}

function checkPositionals(given: readonly string[], spec: Spec): void {
  const required = spec.positionals.filter((name) => !name.startsWith('['));
  const endless = spec.positionals.some((name) => name.includes('…'));
  const missing = required[given.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  if (!endless && given.length > spec.positionals.length) {
    throw new UsageError(`unexpected argument ${JSON.stringify(given[spec.positionals.length])}`);
  }
}

function splitOnce(text: string): readonly [string, string?] {
  const at = text.indexOf('=');
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
