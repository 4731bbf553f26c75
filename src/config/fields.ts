import { type Field, fieldsOf } from './field.ts';
import { nodeRows } from './fields-node.ts';
import { nodeletRows } from './fields-nodelet.ts';
import { podRows } from './fields-pods.ts';
import { serverRows } from './fields-server.ts';

/** The one table of every field of both configuration documents: type, default, and what nodelet does with it. */
export const fields: readonly Field[] = [
  ...fieldsOf('KubeletConfiguration', [...serverRows, ...nodeRows, ...podRows]),
  ...fieldsOf('NodeletConfiguration', nodeletRows),
];

const byPath: ReadonlyMap<string, Field> = new Map(fields.map((field) => [field.path, field]));

export function fieldAt(path: string): Field | undefined {
  return byPath.get(path);
}
