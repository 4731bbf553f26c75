import type { DocumentKind, Field } from './field.ts';
import { fields } from './fields.ts';
import { isFieldFlag } from './flag.ts';
import { flags, pathOf } from './flags.ts';
import type { Located } from './located.ts';
import type { Values } from './values.ts';

/** One value that counts; each part of it knows where it came from. */
export interface Setting {
  readonly document: DocumentKind | 'flags';
  /** The keys of the field, or the flag with its dashes alone. */
  readonly keys: readonly string[];
  readonly value: Located;
  readonly isSet: boolean;
}

export type Origins = readonly Setting[];

/** Every value that counts, in the order of the table. */
export function originsIn(values: Values): Origins {
  const inDocuments = fields.flatMap((field) => settingOf(values, field.path, field.document, keysOf(field)));
  const ofFlags = flags.flatMap((flag) =>
    isFieldFlag(flag) ? [] : settingOf(values, pathOf(flag), 'flags', [pathOf(flag)]),
  );
  return [...inDocuments, ...ofFlags];
}

function keysOf(field: Field): readonly string[] {
  return field.path.split('.');
}

function settingOf(
  values: Values,
  path: string,
  document: Setting['document'],
  keys: readonly string[],
): readonly Setting[] {
  const value = values.located(path);
  return value === undefined ? [] : [{ document, keys, value, isSet: values.isSet(path) }];
}
