import type { Effect } from './field.ts';
import { fieldAt } from './fields.ts';
import { defaultOf, effectOf, flagNamed } from './flags.ts';
import type { Plain } from './located.ts';

/** What nodelet does with the value at a path, and the value's default. */
export function effectAt(path: string): { readonly effect: Effect; readonly value: Plain | undefined } {
  const field = fieldAt(path);
  if (field !== undefined) return { effect: field.effect, value: field.default };
  const flag = flagNamed(path.replace(/^--/, ''));
  return flag === undefined
    ? { effect: { kind: 'acts' }, value: undefined }
    : { effect: effectOf(flag), value: defaultOf(flag) };
}
