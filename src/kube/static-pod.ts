import type { Finding, Path } from './finding.ts';
import { fnv128 } from './fnv.ts';
import { isRecord } from './input.ts';
import type { Container, Pod, PodSpec } from './pod.ts';
import type { Toleration } from './scheduling.ts';

/** What a pod becomes that comes from a manifest instead of the API. */
export interface StaticPodContext {
  readonly nodeName: string;
  readonly source: 'file' | 'http';
  /** Part of the uid: the file or URL where the same pod in another place is another pod; empty where it is not. */
  readonly origin: string;
  /** The name gets "-<nodeName>" behind it, as the API needs it. */
  readonly appendNodeName: boolean;
  /** Whether the pod may use ConfigMaps, Secrets and service accounts: false where an API server could be asked. */
  readonly allowReferences: boolean;
  /** When the pod was first seen (RFC 3339); it changes neither uid nor hash. */
  readonly seen: string;
}

/** The uid of a manifest that has none: the same for the same content, whatever the order of its fields. */
export function staticUid(manifest: unknown, context: StaticPodContext): string {
  const content = isRecord(manifest) ? { ...manifest, status: undefined } : manifest;
  return fnv128(`${canonical(content)}\n${context.nodeName}\n${context.origin}`);
}

/** JSON with sorted keys, without what is null: two spellings of one object are one text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value ?? null) ?? 'null';
  const fields = Object.keys(value)
    .filter((key) => (value[key] ?? undefined) !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${fields.join(',')}}`;
}

const nodeFaults: Toleration = { operator: 'Exists', effect: 'NoExecute' };

/** The pod as the node runs it: bound to it, named after it, and marked with where it came from. */
export function asStaticPod(pod: Pod, uid: string, context: StaticPodContext): Pod {
  const { metadata, spec } = pod;
  const annotations = {
    ...metadata.annotations,
    'kubernetes.io/config.hash': uid,
    'kubernetes.io/config.seen': context.seen,
    'kubernetes.io/config.source': context.source,
  };
  const tolerations = context.source === 'file' ? [...(spec.tolerations ?? []), nodeFaults] : spec.tolerations;
  return {
    metadata: {
      ...metadata,
      uid: uid as Pod['metadata']['uid'],
      name: context.appendNodeName ? `${metadata.name}-${context.nodeName}` : metadata.name,
      annotations,
    },
    spec: { ...spec, nodeName: context.nodeName, ...(tolerations === undefined ? {} : { tolerations }) },
  };
}

/** The first thing of the API that a pod refers to; a static pod beside an API server must not. */
export function apiReference(spec: PodSpec): Finding | undefined {
  if (spec.serviceAccountName !== undefined && spec.serviceAccountName !== '') {
    return refuse(['serviceAccountName'], 'a service account', spec.serviceAccountName);
  }
  const secret = spec.imagePullSecrets?.[0];
  if (secret !== undefined) return refuse(['imagePullSecrets', 0], 'a secret', secret.name);
  for (const [place, volume] of (spec.volumes ?? []).entries()) {
    if (volume.configMap !== undefined) return refuse(['volumes', place], 'a configmap', volume.configMap.name);
    if (volume.secret !== undefined) return refuse(['volumes', place], 'a secret', volume.secret.name);
  }
  return (
    referenceIn('initContainers', spec.initContainers ?? []) ?? referenceIn('containers', spec.containers) ?? undefined
  );
}

function referenceIn(field: string, containers: readonly Container[]): Finding | undefined {
  for (const [place, container] of containers.entries()) {
    for (const [at, source] of (container.envFrom ?? []).entries()) {
      const path = [field, place, 'envFrom', at];
      if (source.configMapRef !== undefined) return refuse(path, 'a configmap', source.configMapRef.name);
      if (source.secretRef !== undefined) return refuse(path, 'a secret', source.secretRef.name);
    }
    for (const [at, variable] of (container.env ?? []).entries()) {
      const path = [field, place, 'env', at];
      const { configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
      if (configMapKeyRef !== undefined) return refuse(path, 'a configmap', configMapKeyRef.name);
      if (secretKeyRef !== undefined) return refuse(path, 'a secret', secretKeyRef.name);
    }
  }
  return undefined;
}

function refuse(path: Path, what: string, name: string): Finding {
  return {
    path: ['spec', ...path],
    message: `refers to ${what} ("${name}"), which a static pod may not: it runs without the API server`,
  };
}
