import type { Effect } from './field.ts';
import type { Plain } from './located.ts';
import type { ValueType } from './value-type.ts';

/** A flag that sets a field of a configuration document; type, default and effect are the field's. */
export interface FieldFlag {
  readonly name: string;
  readonly field: string;
  readonly deprecated: boolean;
}

/** A flag that no document has a field for. */
export interface OwnFlag {
  readonly name: string;
  readonly type: ValueType;
  readonly default: Plain | undefined;
  readonly effect: Effect;
  readonly deprecated: boolean;
}

export type Flag = FieldFlag | OwnFlag;

/** Whether the flag sets a field of a document. */
export function isFieldFlag(flag: Flag): flag is FieldFlag {
  return 'field' in flag;
}
