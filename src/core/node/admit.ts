import { fullName, type Pod } from '../../kube/pod.ts';
import type { Admission } from '../pod/input.ts';
import { podRequests } from '../resources/amounts.ts';
import { hostPorts, portConflict } from './host-ports.ts';
import { matchesNode } from './node-affinity.ts';
import { forbiddenSysctl } from './sysctls.ts';
import type { NodeView } from './view.ts';

/** Why a pod is refused, with the figures; undefined is no objection. */
type Objection = { readonly reason: string; readonly message: string } | undefined;

/**
 * Whether the node takes a pod. `others` are the pods that it has admitted and that have not ended, without this one.
 *
 * The first objection is the answer: number of pods, CPU, memory, storage, then node, name and ports.
 */
export function admit(pod: Pod, others: readonly Pod[], node: NodeView): Admission {
  const objection =
    sysctlObjection(pod) ??
    podsObjection(others, node) ??
    amountsObjection(pod, others, node) ??
    affinityObjection(pod, node) ??
    nameObjection(pod, node) ??
    portsObjection(pod, others);
  return objection === undefined ? { kind: 'admitted' } : { kind: 'rejected', ...objection };
}

function sysctlObjection(pod: Pod): Objection {
  const message = forbiddenSysctl(pod);
  return message === undefined ? undefined : { reason: 'SysctlForbidden', message };
}

function podsObjection(others: readonly Pod[], node: NodeView): Objection {
  const capacity = node.allocatable.pods;
  return others.length + 1 > capacity ? shortage('pods', { requested: 1, used: others.length, capacity }) : undefined;
}

function amountsObjection(pod: Pod, others: readonly Pod[], node: NodeView): Objection {
  const wanted = podRequests(pod);
  const requests = others.map(podRequests);
  const used = (of: keyof typeof wanted): number => requests.reduce((sum, request) => sum + request[of], 0);
  const { cpu, memory, ephemeralStorage } = node.allocatable;
  return (
    tooMuch('cpu', { requested: wanted.cpuMilli, used: used('cpuMilli'), capacity: cpu }) ??
    tooMuch('memory', { requested: wanted.memory, used: used('memory'), capacity: memory }) ??
    tooMuch('ephemeral-storage', {
      requested: wanted.ephemeralStorage,
      used: used('ephemeralStorage'),
      capacity: ephemeralStorage,
    })
  );
}

interface Figures {
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

/** A pod that asks for nothing fits even a node that is full. */
function tooMuch(resource: string, figures: Figures): Objection {
  const fits = figures.requested === 0 || figures.requested <= figures.capacity - figures.used;
  return fits ? undefined : shortage(resource, figures);
}

/** CPU in thousandths of a core, the rest in bytes or pods. */
function shortage(resource: string, { requested, used, capacity }: Figures): Objection {
  const figures = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message: `Not enough ${resource} is left on the node, ${figures}` };
}

function affinityObjection(pod: Pod, node: NodeView): Objection {
  if (matchesNode(pod, node)) return undefined;
  return {
    reason: 'NodeAffinity',
    message: `The labels of node ${node.name} don't match the pod's node affinity or selector`,
  };
}

function nameObjection(pod: Pod, node: NodeView): Objection {
  const wanted = pod.spec.nodeName ?? '';
  if (wanted === '' || wanted === node.name) return undefined;
  return { reason: 'NodeName', message: `The pod is for node ${wanted}, and this is node ${node.name}` };
}

function portsObjection(pod: Pod, others: readonly Pod[]): Objection {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  for (const other of others) {
    const taken = portConflict(wanted, hostPorts(other));
    if (taken === undefined) continue;
    return {
      reason: 'NodePorts',
      message: `Host port ${taken.ip}:${taken.port}/${taken.protocol} is held by pod ${fullName(other)}`,
    };
  }
  return undefined;
}
