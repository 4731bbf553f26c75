import type { Container, Pod } from '../../kube/pod.ts';
import { inputOf, type MissingInput, type ObjectKind, objectName } from '../volume/objects.ts';
import { allContainers } from './containers.ts';
import type { Input, WantedPod } from './want.ts';

/** An object that a pod refers to. Optional: the pod runs without it. */
export interface Reference {
  readonly name: string;
  readonly optional: boolean;
}

export interface References {
  readonly configMaps: readonly Reference[];
  readonly secrets: readonly Reference[];
}

/** Every ConfigMap and Secret that the pod names in env, envFrom and volumes, each once; optional only if all uses are. */
export function references(pod: Pod): References {
  const configMaps = new Map<string, boolean>();
  const secrets = new Map<string, boolean>();
  for (const container of allContainers(pod)) collectFromContainer(container, configMaps, secrets);
  for (const { configMap, secret } of pod.spec.volumes ?? []) {
    collect(configMaps, configMap);
    collect(secrets, secret);
  }
  return { configMaps: listed(configMaps), secrets: listed(secrets) };
}

/** The objects of one container's env and envFrom. */
export function containerReferences(container: Container): References {
  const configMaps = new Map<string, boolean>();
  const secrets = new Map<string, boolean>();
  collectFromContainer(container, configMaps, secrets);
  return { configMaps: listed(configMaps), secrets: listed(secrets) };
}

/** What the pod cannot start without and does not have, in the order of its references. */
export function missingInputs(want: WantedPod): readonly MissingInput[] {
  return missingOf(want, references(want.pod));
}

/** The same for some of the pod's references. */
export function missingOf(want: WantedPod, { configMaps, secrets }: References): readonly MissingInput[] {
  return [...missingOfKind(want, 'configMaps', configMaps), ...missingOfKind(want, 'secrets', secrets)];
}

function missingOfKind(want: WantedPod, kind: ObjectKind, wanted: readonly Reference[]): readonly MissingInput[] {
  const missing: MissingInput[] = [];
  for (const { name, optional } of wanted) {
    const input: Input<unknown> = inputOf<unknown>(want.inputs[kind], name);
    if (optional || input.kind === 'found') continue;
    missing.push({ object: objectName(want, kind, name), detail: input.detail });
  }
  return missing;
}

function collectFromContainer(
  container: Container,
  configMaps: Map<string, boolean>,
  secrets: Map<string, boolean>,
): void {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    collect(configMaps, configMapRef);
    collect(secrets, secretRef);
  }
  for (const { valueFrom } of container.env ?? []) {
    collect(configMaps, valueFrom?.configMapKeyRef);
    collect(secrets, valueFrom?.secretKeyRef);
  }
}

function collect(into: Map<string, boolean>, reference: Reference | undefined): void {
  if (reference === undefined) return;
  into.set(reference.name, reference.optional && (into.get(reference.name) ?? true));
}

function listed(optional: ReadonlyMap<string, boolean>): readonly Reference[] {
  return [...optional].map(([name, isOptional]) => ({ name, optional: isOptional }));
}
