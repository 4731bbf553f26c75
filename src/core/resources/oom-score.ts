import type { Container, Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { amounts } from './amounts.ts';
import { qosClass } from './qos.ts';

const guaranteed = -997;
const bestEffort = 1000;
const leastBurstable = 1000 + guaranteed;
const mostBurstable = bestEffort - 1;

/** Pods of this priority or more, and all static pods, are what the cluster stands on. */
export const criticalPriority = 2_000_000_000;

/**
 * The oom_score_adj of a container: the more of the node's memory it asked for, the later it is killed.
 *
 * `isStatic`: the pod comes from a manifest on the node. Never below 0 where the agent may not lower scores.
 */
export function oomScoreAdj(pod: Pod, container: Container, isStatic: boolean, node: NodeView): number {
  const score = wantedScore(pod, container, isStatic, node.memoryCapacity);
  return node.mayLowerOomScore ? score : Math.max(0, score);
}

function wantedScore(pod: Pod, container: Container, isStatic: boolean, capacity: number): number {
  const critical = isStatic || (pod.spec.priority ?? 0) >= criticalPriority;
  if (critical && pod.spec.priorityClassName === 'system-node-critical') return guaranteed;
  switch (qosClass(pod)) {
    case 'Guaranteed':
      return guaranteed;
    case 'BestEffort':
      return bestEffort;
    case 'Burstable':
      return burstableScore(pod, container, capacity);
  }
}

function burstableScore(pod: Pod, container: Container, capacity: number): number {
  const share = unclaimedShare(pod);
  let score = scoreOf(memoryRequest(container) + share, capacity);
  if (container.restartPolicy === 'Always') {
    // A sidecar must not be killed before the container that it serves.
    const least = Math.min(...pod.spec.containers.map(memoryRequest));
    score = Math.min(score, scoreOf(least + share, capacity));
  }
  return Math.min(mostBurstable, Math.max(leastBurstable, score));
}

/** Each container's part of what the pod as a whole asked for beyond its containers. */
function unclaimedShare(pod: Pod): number {
  const whole = amounts(pod.spec.resources?.requests).memory;
  if (whole === 0) return 0;
  const holders = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
  const claimed = holders.reduce((sum, container) => sum + memoryRequest(container), 0);
  return Math.max(0, Math.floor((whole - claimed) / Math.max(1, holders.length)));
}

function memoryRequest(container: Container): number {
  return amounts(container.resources?.requests).memory;
}

function scoreOf(request: number, capacity: number): number {
  return 1000 - Math.floor((1000 * request) / Math.max(1, capacity));
}
