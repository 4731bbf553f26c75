import type { Plain } from './located.ts';
import type { ValueType } from './value-type.ts';

/** What nodelet does with a field or flag that a person sets. */
export type Effect =
  | {
      readonly kind: 'acts';
      readonly note?: string;
      /** For fields of which some values act and others do not yet: why this one has no effect. */
      readonly without?: (value: Plain) => string | undefined;
    }
  /** Decoded and validated, but without effect; start-up says so when it is set. */
  | { readonly kind: 'accepted'; readonly note: string }
  /** Anything but the default ends the start, with the remedy. */
  | { readonly kind: 'refused'; readonly note: string };

export type DocumentKind = 'KubeletConfiguration' | 'NodeletConfiguration';

/** One field of a configuration document. */
export interface Field {
  readonly document: DocumentKind;
  /** Keys with dots between, unique over both kinds of document. */
  readonly path: string;
  readonly type: ValueType;
  /** In the type's normal form; undefined: nothing unless set. */
  readonly default: Plain | undefined;
  readonly effect: Effect;
}

export const acts: Effect = { kind: 'acts' };

/** Acts, and this is what must be known of it. */
export function actsAs(note: string, without?: (value: Plain) => string | undefined): Effect {
  return { kind: 'acts', note, ...(without === undefined ? {} : { without }) };
}

export function accepted(note: string): Effect {
  return { kind: 'accepted', note };
}

export function refused(note: string): Effect {
  return { kind: 'refused', note };
}

/** A row of KubeletConfiguration. */
export type FieldRow = readonly [path: string, type: ValueType, value: Plain | undefined, effect: Effect];

export function fieldsOf(document: DocumentKind, rows: readonly FieldRow[]): readonly Field[] {
  return rows.map(([path, type, value, effect]) => ({ document, path, type, default: value, effect }));
}

/** Whether the API takes this value of a field that is not nullable for "not set". */
export function isZero(value: Plain): boolean {
  return value === '' || value === 0 || (typeof value === 'string' && /^[+-]?0(ns|us|µs|μs|ms|s|m|h)?$/.test(value));
}
