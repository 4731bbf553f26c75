import type { EnvFromSource, EnvVar, KeySelector } from '../../kube/pod.ts';
import { decodeUtf8, utf8Length } from '../../lib/utf8.ts';
import { inputOf, objectName } from '../volume/objects.ts';
import { type DownwardContext, fieldValue, type Resolved, resourceValue } from './downward.ts';
import { expand } from './expand.ts';
import type { WantedPod } from './want.ts';

/** The kernel takes no longer text of a program's environment (MAX_ARG_STRLEN), "NAME=" and the end mark included. */
export const longestVariable = 131_071;

/** The kernel takes no more of arguments and environment together, with the usual stack limit of 8 MiB. */
export const largestEnvironment: number = 2 * 1024 * 1024;

export interface EnvContext extends DownwardContext {
  readonly want: WantedPod;
}

export type Environment =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly detail: string };

/** Nothing to set, because what it would come from is optional and not there. */
type Value = Resolved | undefined;

/**
 * The environment of a container: the objects of envFrom in their order, then env; a later value replaces an earlier.
 *
 * Not ok when an object or key is missing that is not optional, or when the kernel would not take the result.
 */
export function environment(context: EnvContext): Environment {
  const values = new Map<string, string>();
  for (const source of context.container.envFrom ?? []) {
    const detail = addObject(values, source, context.want);
    if (detail !== undefined) return { ok: false, detail };
  }
  for (const variable of context.container.env ?? []) {
    const value = variableValue(variable, values, context);
    if (value === undefined) continue;
    if (!value.ok) return { ok: false, detail: `variable ${JSON.stringify(variable.name)}: ${value.detail}` };
    values.set(variable.name, value.value);
  }
  const detail = objection(values);
  return detail === undefined ? { ok: true, values } : { ok: false, detail };
}

/** Adds every key of an object as a variable; gives why not, when it cannot. */
function addObject(values: Map<string, string>, source: EnvFromSource, want: WantedPod): string | undefined {
  const { prefix = '', configMapRef, secretRef } = source;
  if (configMapRef !== undefined) {
    const input = inputOf(want.inputs.configMaps, configMapRef.name);
    if (input.kind === 'missing') return missing(want, 'configMaps', configMapRef, input.detail);
    for (const [key, value] of Object.entries(input.object.data)) set(values, prefix + key, value);
  }
  if (secretRef !== undefined) {
    const input = inputOf(want.inputs.secrets, secretRef.name);
    if (input.kind === 'missing') return missing(want, 'secrets', secretRef, input.detail);
    for (const [key, value] of Object.entries(input.object.data)) set(values, prefix + key, decodeUtf8(value));
  }
  return undefined;
}

/** A name that no environment can hold is left out, as the other keys of its object are of use all the same. */
function set(values: Map<string, string>, name: string, value: string): void {
  if (name !== '' && !/[=\0]/.test(name)) values.set(name, value);
}

function missing(
  want: WantedPod,
  kind: 'configMaps' | 'secrets',
  reference: { readonly name: string; readonly optional: boolean },
  detail: string,
): string | undefined {
  return reference.optional ? undefined : `${objectName(want, kind, reference.name)}: ${detail}`;
}

function variableValue(variable: EnvVar, values: ReadonlyMap<string, string>, context: EnvContext): Value {
  const { value = '', valueFrom } = variable;
  if (value !== '' || valueFrom === undefined) {
    const expanded = expand(value, (name) => values.get(name), longestVariable);
    if (expanded === undefined) return { ok: false, detail: `its value is longer than ${longestVariable} bytes` };
    return { ok: true, value: expanded };
  }
  if (valueFrom.fieldRef !== undefined) return fieldValue(valueFrom.fieldRef.fieldPath, context);
  if (valueFrom.resourceFieldRef !== undefined) return resourceValue(valueFrom.resourceFieldRef, context);
  if (valueFrom.configMapKeyRef !== undefined) return configMapValue(valueFrom.configMapKeyRef, context.want);
  if (valueFrom.secretKeyRef !== undefined) return secretValue(valueFrom.secretKeyRef, context.want);
  return { ok: false, detail: 'its source is not supported' };
}

function configMapValue(selector: KeySelector, want: WantedPod): Value {
  const input = inputOf(want.inputs.configMaps, selector.name);
  const name = objectName(want, 'configMaps', selector.name);
  if (input.kind === 'missing') return absent(selector, `${name}: ${input.detail}`);
  const { data } = input.object;
  const value = Object.hasOwn(data, selector.key) ? data[selector.key] : undefined;
  return value === undefined ? absent(selector, noKey(name, selector.key)) : { ok: true, value };
}

function secretValue(selector: KeySelector, want: WantedPod): Value {
  const input = inputOf(want.inputs.secrets, selector.name);
  const name = objectName(want, 'secrets', selector.name);
  if (input.kind === 'missing') return absent(selector, `${name}: ${input.detail}`);
  const { data } = input.object;
  const value = Object.hasOwn(data, selector.key) ? data[selector.key] : undefined;
  return value === undefined ? absent(selector, noKey(name, selector.key)) : { ok: true, value: decodeUtf8(value) };
}

function absent(selector: KeySelector, detail: string): Value {
  return selector.optional ? undefined : { ok: false, detail };
}

function noKey(object: string, key: string): string {
  return `couldn't find key ${key} in ${object}`;
}

/** Why the kernel would refuse this environment. Values are never shown: they may be secrets. */
function objection(values: ReadonlyMap<string, string>): string | undefined {
  let total = 0;
  for (const [name, value] of values) {
    if (value.includes('\0')) return `variable ${JSON.stringify(name)}: its value has a zero byte`;
    const length = utf8Length(name) + utf8Length(value) + 2;
    if (length > longestVariable) {
      return `variable ${JSON.stringify(name)}: it takes ${length} bytes, and the kernel takes no more than ${longestVariable}`;
    }
    total += length;
  }
  if (total <= largestEnvironment) return undefined;
  return `the environment takes ${total} bytes, and the kernel takes no more than ${largestEnvironment}`;
}
