import type { Container, Pod } from '../../../kube/pod.ts';
import type { ContainerStatus, PodPhase } from '../../../kube/pod-status.ts';
import { isSidecar, restartsAfter } from '../containers.ts';

export interface PhaseInput {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  /** A main container was made: a sidecar that starts again makes the pod no less running. */
  readonly initialised: boolean;
  /** The pod has ended for good: its containers are not started again, whatever its restart policy says. */
  readonly ended: boolean;
}

/** The phase that the states of the containers add up to. */
export function podPhase(pod: Pod, input: PhaseInput): PodPhase {
  const init = initCount(pod, input);
  const main = mainCount(pod, input.main);
  if (init.failed) return 'Failed';
  if (init.pending || (init.sidecarPending && !input.initialised) || init.waiting || main.waiting > 0) return 'Pending';
  const running = main.running + init.running;
  if (init.unknown || main.unknown > 0) return 'Pending';
  if (running > 0) return 'Running';
  if (main.stopped === 0) return 'Pending';
  if (main.restartable > 0 && !input.ended) return 'Running';
  return main.stopped === main.succeeded ? 'Succeeded' : 'Failed';
}

interface InitCount {
  /** One of them failed and is not started again. */
  readonly failed: boolean;
  readonly pending: boolean;
  readonly sidecarPending: boolean;
  readonly running: number;
  readonly waiting: boolean;
  readonly unknown: boolean;
}

function initCount(pod: Pod, input: PhaseInput): InitCount {
  const containers = pod.spec.initContainers ?? [];
  const plain = containers.filter((container) => !isSidecar(container));
  const sidecars = containers.filter(isSidecar).map((container) => statusOf(input.init, container));
  return {
    failed: plain.some((container) => hasFailed(pod, container, statusOf(input.init, container))),
    pending: plain.some((container) => isPending(statusOf(input.init, container))),
    sidecarPending: sidecars.some((status) => status?.state.terminated === undefined && !isOnceStarted(status)),
    running: sidecars.filter((status) => status?.state.running !== undefined).length,
    waiting: sidecars.some((status) => status?.state.waiting !== undefined && lastEnd(status) === undefined),
    unknown: sidecars.some((status) => status === undefined),
  };
}

/** Started, or waiting to be started again after it ran. */
function isOnceStarted(status: ContainerStatus | undefined): boolean {
  if (status?.state.running !== undefined) return status.started;
  return status?.state.waiting !== undefined && lastEnd(status) !== undefined;
}

/** Neither ended nor waiting after an end. */
function isPending(status: ContainerStatus | undefined): boolean {
  if (status?.state.terminated !== undefined) return false;
  return status?.state.waiting === undefined || lastEnd(status) === undefined;
}

function hasFailed(pod: Pod, container: Container, status: ContainerStatus | undefined): boolean {
  const exitCode = (status?.state.terminated ?? (status?.state.waiting && lastEnd(status)))?.exitCode ?? 0;
  return exitCode !== 0 && !restartsAfter(pod, container, exitCode);
}

interface MainCount {
  readonly unknown: number;
  readonly running: number;
  readonly waiting: number;
  readonly stopped: number;
  readonly restartable: number;
  readonly succeeded: number;
}

function mainCount(pod: Pod, statuses: readonly ContainerStatus[]): MainCount {
  const count = { unknown: 0, running: 0, waiting: 0, stopped: 0, restartable: 0, succeeded: 0 };
  for (const container of pod.spec.containers) {
    const status = statusOf(statuses, container);
    const end = status?.state.terminated ?? (status?.state.waiting && lastEnd(status));
    if (status?.state.running !== undefined) count.running += 1;
    else if (end !== undefined) {
      count.stopped += 1;
      if (restartsAfter(pod, container, end.exitCode)) count.restartable += 1;
      if (status?.state.terminated?.exitCode === 0) count.succeeded += 1;
    } else if (status?.state.waiting !== undefined) count.waiting += 1;
    else count.unknown += 1;
  }
  return count;
}

function lastEnd(status: ContainerStatus): ContainerStatus['lastState']['terminated'] {
  return status.lastState.terminated;
}

function statusOf(statuses: readonly ContainerStatus[], container: Container): ContainerStatus | undefined {
  return statuses.find(({ name }) => name === container.name);
}
