import type { Container, EnvVarSource, Pod, ResourceList } from '../../kube/pod.ts';
import { quantityMilli, quantityValue } from '../../kube/quantity.ts';
import type { NodeView } from '../node/view.ts';
import { allContainers } from './containers.ts';

/** A value, or why there is none. */
export type Resolved = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly detail: string };

/** Whose fields are asked for; `ips` are the pod's addresses. */
export interface DownwardContext {
  readonly pod: Pod;
  readonly container: Container;
  readonly ips: readonly string[];
  readonly node: NodeView;
}

/** The value of a fieldRef: `metadata.name`, `metadata.labels['app']`, `status.podIP` … */
export function fieldValue(path: string, { pod, ips, node }: DownwardContext): Resolved {
  const subscript = /^(.+?)\['(.*)'\]$/s.exec(path);
  if (subscript !== null) return subscriptValue(pod, subscript[1] ?? '', subscript[2] ?? '');
  const values: Readonly<Record<string, () => string>> = {
    'metadata.name': () => pod.metadata.name,
    'metadata.namespace': () => pod.metadata.namespace,
    'metadata.uid': () => pod.metadata.uid,
    'metadata.labels': () => mapText(pod.metadata.labels),
    'metadata.annotations': () => mapText(pod.metadata.annotations),
    'spec.nodeName': () => pod.spec.nodeName ?? node.name,
    'spec.serviceAccountName': () => pod.spec.serviceAccountName ?? '',
    'status.hostIP': () => node.ips[0] ?? '',
    'status.hostIPs': () => node.ips.join(','),
    'status.podIP': () => ips[0] ?? '',
    'status.podIPs': () => ips.join(','),
  };
  const value = Object.hasOwn(values, path) ? values[path] : undefined;
  return value === undefined ? refused(`fieldPath ${JSON.stringify(path)} is not supported`) : resolved(value());
}

/**
 * The value of a resourceFieldRef, divided by its divisor and rounded up.
 *
 * A limit that is not set is the pod's as a whole, else what is allocatable on the node; a request that is not set is 0.
 */
export function resourceValue(
  selector: NonNullable<EnvVarSource['resourceFieldRef']>,
  context: DownwardContext,
): Resolved {
  const { resource, containerName = '', divisor = '' } = selector;
  const container = containerName === '' ? context.container : byName(context.pod, containerName);
  if (container === undefined) return refused(`container ${JSON.stringify(containerName)} is not in the pod`);
  const parts = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(resource);
  if (parts === null) return refused(`resource ${JSON.stringify(resource)} is not supported`);
  const [, side, name = ''] = parts;
  const parse = name === 'cpu' ? quantityMilli : quantityValue;
  const set = ownText(side === 'limits' ? container.resources?.limits : container.resources?.requests, name);
  const amount = set === undefined ? undefined : parse(set);
  const value = amount === undefined || amount === 0 ? (side === 'limits' ? nodeLimit(name, context) : 0) : amount;
  const unit = parse(divisor === '' || quantityMilli(divisor) === 0 ? '1' : divisor);
  if (unit === undefined || unit <= 0) return refused(`divisor ${JSON.stringify(divisor)} is not a positive quantity`);
  return resolved(String(Math.ceil(value / unit)));
}

function nodeLimit(name: string, { pod, node }: DownwardContext): number {
  const whole = ownText(pod.spec.resources?.limits, name);
  switch (name) {
    case 'cpu':
      return (whole === undefined ? undefined : quantityMilli(whole)) ?? node.allocatable.cpu;
    case 'memory':
      return (whole === undefined ? undefined : quantityValue(whole)) ?? node.allocatable.memory;
    case 'ephemeral-storage':
      return node.allocatable.ephemeralStorage;
    default:
      return 0;
  }
}

function subscriptValue(pod: Pod, path: string, key: string): Resolved {
  if (path === 'metadata.labels') return resolved(ownText(pod.metadata.labels, key) ?? '');
  if (path === 'metadata.annotations') return resolved(ownText(pod.metadata.annotations, key) ?? '');
  return refused(`fieldPath ${JSON.stringify(`${path}['${key}']`)} is not supported`);
}

/** One `key="value"` line for each entry, sorted by key, as files of the downward API have it. */
function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(map ?? {}).sort();
  return keys.map((key) => `${key}=${JSON.stringify(map?.[key] ?? '')}`).join('\n');
}

function byName(pod: Pod, name: string): Container | undefined {
  return allContainers(pod).find((container) => container.name === name);
}

function ownText(record: ResourceList | undefined, key: string): string | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function resolved(value: string): Resolved {
  return { ok: true, value };
}

function refused(detail: string): Resolved {
  return { ok: false, detail };
}
