import type { Effect } from './field.ts';
import { fieldAt } from './fields.ts';
import { type Flag, isFieldFlag } from './flag.ts';
import { fieldFlags } from './flags-of-fields.ts';
import { ownFlags } from './flags-own.ts';
import type { Plain } from './located.ts';
import { text, type ValueType } from './value-type.ts';

/** Every flag, in the order of the alphabet. */
export const flags: readonly Flag[] = [...fieldFlags, ...ownFlags].sort((one, other) =>
  one.name < other.name ? -1 : 1,
);

const byName: ReadonlyMap<string, Flag> = new Map(flags.map((flag) => [flag.name, flag]));

/** The flags with one letter. */
export const shortNames: Readonly<Record<string, string>> = { h: 'help', v: 'v' };

export function flagNamed(name: string): Flag | undefined {
  return byName.get(name);
}

/** The path that a flag's value stands at: that of its field, else the flag itself with its dashes. */
export function pathOf(flag: Flag): string {
  return isFieldFlag(flag) ? flag.field : `--${flag.name}`;
}

export function typeOf(flag: Flag): ValueType {
  return isFieldFlag(flag) ? (fieldAt(flag.field)?.type ?? text) : flag.type;
}

export function effectOf(flag: Flag): Effect {
  return isFieldFlag(flag) ? (fieldAt(flag.field)?.effect ?? { kind: 'acts' }) : flag.effect;
}

export function defaultOf(flag: Flag): Plain | undefined {
  return isFieldFlag(flag) ? fieldAt(flag.field)?.default : flag.default;
}
