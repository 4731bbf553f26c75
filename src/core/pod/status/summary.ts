import type { Container, Pod } from '../../../kube/pod.ts';
import type { ContainerStatus, PodStatus, TerminatedState } from '../../../kube/pod-status.ts';
import { isSidecar } from '../containers.ts';

/** A pod in one word, as kubectl's STATUS column has it: "Running", "Init:0/1", "CrashLoopBackOff", "Terminating" … */
export function podSummary(pod: Pod, status: PodStatus, deleting: boolean): string {
  if (deleting && status.phase !== 'Succeeded' && status.phase !== 'Failed') return 'Terminating';
  const init = initSummary(pod, status);
  if (init !== undefined && !isTrue(status, 'Initialized')) return init;
  return mainSummary(status);
}

/** What the first init container that is not done does; undefined when all are. */
function initSummary(pod: Pod, status: PodStatus): string | undefined {
  const containers = pod.spec.initContainers ?? [];
  const statuses = status.initContainerStatuses ?? [];
  const at = statuses.findIndex((one) => !isDone(one, containers));
  const first = statuses[at];
  if (first === undefined) return undefined;
  const { terminated, waiting } = first.state;
  if (terminated !== undefined) return `Init:${endText(terminated)}`;
  const reason = waiting?.reason ?? '';
  return reason === '' || reason === 'PodInitializing' ? `Init:${at}/${containers.length}` : `Init:${reason}`;
}

function isDone(status: ContainerStatus, containers: readonly Container[]): boolean {
  if (status.state.terminated?.exitCode === 0) return true;
  return status.started && containers.some((container) => container.name === status.name && isSidecar(container));
}

/** The word of the first container that has one; "Completed" yields to what still runs or has failed. */
function mainSummary(status: PodStatus): string {
  const own = status.reason ?? '';
  let summary: string = own === '' ? status.phase : own;
  let failure = '';
  for (const { state } of [...status.containerStatuses].reverse()) {
    if (state.waiting !== undefined && state.waiting.reason !== '') summary = state.waiting.reason;
    else if (state.terminated !== undefined) {
      summary = endText(state.terminated);
      if (state.terminated.exitCode !== 0) failure = summary;
    }
  }
  if (summary !== 'Completed') return summary;
  const running = status.containerStatuses.some(({ ready, state }) => ready && state.running !== undefined);
  if (running && isTrue(status, 'Ready')) return 'Running';
  if (failure !== '') return failure;
  return running ? 'NotReady' : summary;
}

function endText({ reason, signal, exitCode }: TerminatedState): string {
  if (reason !== '') return reason;
  return signal === undefined || signal === 0 ? `ExitCode:${exitCode}` : `Signal:${signal}`;
}

function isTrue(status: PodStatus, type: 'Initialized' | 'Ready'): boolean {
  return status.conditions.some((condition) => condition.type === type && condition.status === 'True');
}
