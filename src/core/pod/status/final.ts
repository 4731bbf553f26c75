import type { Pod } from '../../../kube/pod.ts';
import type { ContainerStatus, TerminatedState } from '../../../kube/pod-status.ts';
import { isSidecar } from '../containers.ts';
import { lost } from './containers.ts';

/** A container of which nothing is known: it may have run or not. */
const unknown: TerminatedState = {
  ...lost,
  message: 'The runtime has no instance of the container, and nobody knows whether it ran',
};

interface Statuses {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
}

/**
 * The statuses of a pod that has ended for good: nothing waits any more.
 *
 * A container that has begun, or might have, and of which no end is known, counts as failed: who reads the status must
 * not take the pod for one that did its work. Init containers behind the last that has begun stay as they are.
 */
export function finalStatuses(pod: Pod, { init, main }: Statuses): Statuses {
  const begun = init.findLastIndex((status) => status.state.waiting === undefined || hasEnded(status));
  // The first one may have begun though nothing is known of it.
  const reached = Math.max(1, begun + 1);
  return {
    init: init.map((status, at) => (at < reached ? ended(status) : status)),
    main: wasInitialised(pod, { init, main }) ? main.map(ended) : main,
  };
}

function ended(status: ContainerStatus): ContainerStatus {
  if (status.state.terminated !== undefined) return status;
  const begun = status.state.running !== undefined;
  return { ...status, state: { terminated: begun ? lost : unknown }, ready: false, started: false };
}

function wasInitialised(pod: Pod, { init, main }: Statuses): boolean {
  const last = pod.spec.initContainers?.at(-1);
  const status = init.at(-1);
  if (last === undefined || status === undefined) return true;
  if (main.some((container) => container.state.waiting === undefined || hasEnded(container))) return true;
  if (isSidecar(last)) return status.started;
  return status.state.terminated?.exitCode === 0 || status.lastState.terminated?.exitCode === 0;
}

function hasEnded({ lastState }: ContainerStatus): boolean {
  return lastState.terminated !== undefined;
}
