import type { Input, WantedPod } from '../pod/want.ts';

/** Something that a pod needs and that is not there. */
export interface MissingInput {
  /** "ConfigMap default/settings". */
  readonly object: string;
  readonly detail: string;
}

export type ObjectKind = 'configMaps' | 'secrets';

const kindNames: Record<ObjectKind, string> = { configMaps: 'ConfigMap', secrets: 'Secret' };

/** "ConfigMap default/settings": how messages name an object that a pod refers to. */
export function objectName(want: WantedPod, kind: ObjectKind, name: string): string {
  return `${kindNames[kind]} ${want.pod.metadata.namespace}/${name}`;
}

/** What is known of an object that a pod refers to; one that was never asked for is missing. */
export function inputOf<Object>(inputs: Readonly<Record<string, Input<Object>>>, name: string): Input<Object> {
  const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  return input ?? { kind: 'missing', detail: 'not found' };
}
