import type { Pod } from '../../kube/pod.ts';
import type { QosClass } from '../../kube/pod-status.ts';
import type { NodeView } from '../node/view.ts';
import { limitsDeclared, podLimits, podRequests } from './amounts.ts';
import type { CgroupPlan, CgroupValues } from './cgroup.ts';
import { cpuQuota, cpuShares } from './cpu.ts';
import { qosClass } from './qos.ts';

/** Guaranteed pods stand directly in the root, for they owe nobody. */
const tier: Record<QosClass, string> = { Guaranteed: '', Burstable: '/burstable', BestEffort: '/besteffort' };

/** The path of the pod's cgroup beneath each hierarchy; it is also the parent of all its containers' cgroups. */
export function podCgroupPath(pod: Pod, uid: string, node: NodeView): string {
  return `${node.cgroups.root}${tier[qosClass(pod)]}/pod${uid}`;
}

/** Where the cgroup of a pod may be whose class is not known any more. */
export function orphanCgroupPaths(uid: string, node: NodeView): readonly string[] {
  return Object.values(tier).map((part) => `${node.cgroups.root}${part}/pod${uid}`);
}

/** The pod's cgroup with the values that hold it to its limits. */
export function podCgroup(pod: Pod, uid: string, node: NodeView): CgroupPlan {
  const { podPidsLimit } = node.cgroups;
  const pids = podPidsLimit === undefined ? {} : { pidsLimit: podPidsLimit };
  return { path: podCgroupPath(pod, uid, node), values: { ...podValues(pod, node), ...pids } };
}

/**
 * The tree in which all pods stand: the root with what pods may take of the node, and the two lower classes.
 *
 * `pods` are those that are admitted and have not ended; `kubepods` is in thousandths of a core, bytes and processes.
 */
export function qosTree(
  pods: readonly Pod[],
  node: NodeView,
  kubepods: { readonly cpu: number; readonly memory: number; readonly pids?: number },
): readonly CgroupPlan[] {
  const { root } = node.cgroups;
  const burstable = pods.filter((pod) => qosClass(pod) === 'Burstable');
  const requested = burstable.reduce((sum, pod) => sum + podRequests(pod).cpuMilli, 0);
  const pids = kubepods.pids === undefined ? {} : { pidsLimit: kubepods.pids };
  return [
    { path: root, values: { cpuShares: cpuShares(kubepods.cpu), memoryLimit: kubepods.memory, ...pids } },
    { path: `${root}${tier.Burstable}`, values: { cpuShares: cpuShares(requested) } },
    { path: `${root}${tier.BestEffort}`, values: { cpuShares: cpuShares(0) } },
  ];
}

function podValues(pod: Pod, node: NodeView): CgroupValues {
  const qos = qosClass(pod);
  if (qos === 'BestEffort') return { cpuShares: cpuShares(0) };
  const limits = podLimits(pod);
  const declared = qos === 'Guaranteed' ? { cpu: true, memory: true } : limitsDeclared(pod);
  return {
    cpuShares: cpuShares(podRequests(pod).cpuMilli),
    ...(declared.cpu ? quota(limits.cpuMilli, node) : {}),
    ...(declared.memory ? { memoryLimit: limits.memory } : {}),
  };
}

function quota(milli: number, node: NodeView): CgroupValues {
  const period = node.cpuCfsQuotaPeriodMicros;
  return { cpuQuota: node.cpuCfsQuota ? cpuQuota(milli, period) : -1, cpuPeriod: period };
}
