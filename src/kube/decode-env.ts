import { decodeQuantity } from './decode-resources.ts';
import { compact, describe, type Input } from './input.ts';
import { dataKey, dnsSubdomain, envName } from './names.ts';
import type { EnvFromSource, EnvVar, EnvVarSource, KeySelector } from './pod.ts';

const fieldPaths = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

const resourcePath = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/;

const sources = ['configMapKeyRef', 'secretKeyRef', 'fieldRef', 'resourceFieldRef'] as const;

export function decodeEnvVar(input: Input): EnvVar {
  const value = input.field('value').text();
  const from = input.field('valueFrom');
  if (value !== undefined && value !== '' && !from.absent) from.report('must be absent where value is set');
  return compact({
    name: input.field('name').requiredText(envName),
    value,
    valueFrom: from.object(decodeEnvSource),
  });
}

export function decodeEnvFrom(input: Input): EnvFromSource {
  requireOne(input, ['configMapRef', 'secretRef']);
  return compact({
    prefix: input.field('prefix').text(),
    configMapRef: input.field('configMapRef').object(decodeObjectRef),
    secretRef: input.field('secretRef').object(decodeObjectRef),
  });
}

/** Notes when not exactly one of the fields is there. */
export function requireOne(input: Input, names: readonly string[]): void {
  const given = input.names.filter((name) => names.includes(name));
  if (given.length === 1) return;
  const found = given.length === 0 ? 'none' : given.join(' and ');
  input.report(`must have exactly one of ${names.join(', ')}, but has ${found}`);
}

function decodeEnvSource(input: Input): EnvVarSource {
  // fileKeyRef is refused by the table of fields; here it must not look as if nothing was given.
  if (input.field('fileKeyRef').absent) requireOne(input, sources);
  return compact({
    configMapKeyRef: input.field('configMapKeyRef').object(decodeKeySelector),
    secretKeyRef: input.field('secretKeyRef').object(decodeKeySelector),
    fieldRef: input.field('fieldRef').object((field) => ({ fieldPath: decodeFieldPath(field.field('fieldPath')) })),
    resourceFieldRef: input.field('resourceFieldRef').object((field) =>
      compact({
        containerName: field.field('containerName').text(),
        resource: decodeResourcePath(field.field('resource')),
        divisor: decodeQuantity(field.field('divisor')),
      }),
    ),
  });
}

function decodeKeySelector(input: Input): KeySelector {
  return { ...decodeObjectRef(input), key: input.field('key').requiredText(dataKey) };
}

function decodeObjectRef(input: Input): { readonly name: string; readonly optional: boolean } {
  return {
    name: input.field('name').requiredText(dnsSubdomain),
    optional: input.field('optional').flag() ?? false,
  };
}

function decodeFieldPath(input: Input): string {
  const path = input.requiredText();
  const known = fieldPaths.includes(path) || /^metadata\.(labels|annotations)\['[^']+'\]$/.test(path);
  if (path !== '' && !known) {
    const all = [...fieldPaths, "metadata.labels['KEY']", "metadata.annotations['KEY']"];
    input.report(`must be one of ${all.join(', ')}, but is ${describe(path)}`);
  }
  return path;
}

function decodeResourcePath(input: Input): string {
  const path = input.requiredText();
  if (path !== '' && !resourcePath.test(path)) {
    input.report(`must be limits. or requests. and a resource, as in limits.memory, but is ${describe(path)}`);
  }
  return path;
}
