import type { Pod, ResourceRequirements } from '../../kube/pod.ts';
import type { QosClass } from '../../kube/pod-status.ts';
import { amounts } from './amounts.ts';

/**
 * The QoS class of a pod: which cgroup it is under and who is killed first when memory runs out.
 *
 * Guaranteed: CPU and memory have limits everywhere and the requests equal them. BestEffort: none is set. Else
 * Burstable. What is set for the pod as a whole decides alone.
 */
export function qosClass(pod: Pod): QosClass {
  const whole = pod.spec.resources;
  if (whole !== undefined && isSet(whole)) return classOf(whole);
  const classes = new Set(
    [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map(({ resources }) => classOf(resources)),
  );
  const [only] = classes;
  if (only === undefined) return 'BestEffort';
  return classes.size === 1 ? only : 'Burstable';
}

function isSet(resources: ResourceRequirements): boolean {
  return [resources.limits, resources.requests].some(
    (list) => list !== undefined && ['cpu', 'memory'].some((name) => Object.hasOwn(list, name)),
  );
}

function classOf(resources: ResourceRequirements | undefined): QosClass {
  const requests = amounts(resources?.requests);
  const limits = amounts(resources?.limits);
  if (requests.cpuMilli !== limits.cpuMilli || requests.memory !== limits.memory) return 'Burstable';
  if (limits.cpuMilli === 0 && limits.memory === 0) return 'BestEffort';
  return limits.cpuMilli > 0 && limits.memory > 0 ? 'Guaranteed' : 'Burstable';
}
