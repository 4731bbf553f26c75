import type { Container, Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { amounts, limitsWithoutOverhead, requestsWithoutOverhead } from '../resources/amounts.ts';
import { cpuQuota, cpuShares } from '../resources/cpu.ts';
import { oomScoreAdj } from '../resources/oom-score.ts';
import type { LinuxResources } from './runtime-config.ts';

interface Asked {
  readonly cpuRequest: number;
  readonly cpuLimit: number;
  readonly memoryLimit: number;
}

/** What the runtime holds one container to. A container without a limit is held to that of the pod as a whole. */
export function containerResources(pod: Pod, container: Container, isStatic: boolean, node: NodeView): LinuxResources {
  const own = amounts(container.resources?.limits);
  const whole = amounts(pod.spec.resources?.limits);
  const cpuLimit = own.cpuMilli === 0 ? whole.cpuMilli : own.cpuMilli;
  const requestSet = Object.hasOwn(container.resources?.requests ?? {}, 'cpu');
  const asked: Asked = {
    cpuRequest: requestSet ? amounts(container.resources?.requests).cpuMilli : cpuLimit,
    cpuLimit,
    memoryLimit: own.memory === 0 ? whole.memory : own.memory,
  };
  return {
    ...linuxResources(asked, node),
    oomScoreAdj: oomScoreAdj(pod, container, isStatic, node),
    // Half of a container is of no use: when one of its processes is killed for memory, all are.
    ...(node.cgroups.version === 'v2' ? { unified: { 'memory.oom.group': '1' } } : {}),
  };
}

/** What all containers of a pod take together, for runtimes that size a virtual machine by it. */
export function sandboxResources(pod: Pod, node: NodeView): LinuxResources {
  const limits = limitsWithoutOverhead(pod);
  const requests = requestsWithoutOverhead(pod);
  const cpuRequest = requests.cpuMilli === 0 ? limits.cpuMilli : requests.cpuMilli;
  return linuxResources({ cpuRequest, cpuLimit: limits.cpuMilli, memoryLimit: limits.memory }, node);
}

/** What the pod takes beyond its containers; undefined for a pod without overhead. */
export function overheadResources(pod: Pod, node: NodeView): LinuxResources | undefined {
  if (pod.spec.overhead === undefined) return undefined;
  const { cpuMilli, memory } = amounts(pod.spec.overhead);
  return linuxResources({ cpuRequest: cpuMilli, cpuLimit: cpuMilli, memoryLimit: memory }, node);
}

function linuxResources(asked: Asked, node: NodeView): LinuxResources {
  const quota = node.cpuCfsQuota ? cpuQuota(asked.cpuLimit, node.cpuCfsQuotaPeriodMicros) : 0;
  return {
    cpuShares: cpuShares(asked.cpuRequest),
    ...(quota === 0 ? {} : { cpuQuota: quota, cpuPeriod: node.cpuCfsQuotaPeriodMicros }),
    ...(asked.memoryLimit === 0 ? {} : { memoryLimit: asked.memoryLimit }),
  };
}
