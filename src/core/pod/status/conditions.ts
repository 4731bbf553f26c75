import type { Pod } from '../../../kube/pod.ts';
import type { ContainerStatus, PodCondition, PodConditionType, PodPhase, PodStatus } from '../../../kube/pod-status.ts';
import { isSidecar } from '../containers.ts';
import type { SandboxSeen } from '../seen.ts';

export interface ConditionInput {
  readonly pod: Pod;
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
  /** The phase, or the one that is decided and not told yet because something still runs. */
  readonly phase: PodPhase;
  readonly sandboxes: readonly SandboxSeen[];
  readonly previous: PodStatus | undefined;
  /** RFC 3339. */
  readonly now: string;
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const yes: Verdict = { status: 'True' };

/** The conditions of a pod that the node owns; the time of each is when its status last changed. */
export function podConditions(input: ConditionInput): readonly PodCondition[] {
  const containersReady = containersReadyVerdict(input);
  const verdicts: readonly (readonly [PodConditionType, Verdict])[] = [
    ['PodReadyToStartContainers', sandboxVerdict(input)],
    ['Initialized', initializedVerdict(input)],
    // Without readiness gates a pod is ready when its containers are.
    ['Ready', containersReady],
    ['ContainersReady', containersReady],
    ['PodScheduled', yes],
  ];
  return verdicts.map(([type, verdict]) => dated(type, verdict, input));
}

/** What is wrong with the pod's sandbox, so that another one must be made; undefined when nothing is. */
export function sandboxObjection(pod: Pod, sandboxes: readonly SandboxSeen[]): string | undefined {
  const [newest] = sandboxes;
  if (newest === undefined) return 'no pod sandbox exists';
  if (sandboxes.filter(({ ready }) => ready).length > 1) return 'more than one pod sandbox is ready';
  if (!newest.ready) return 'pod sandbox is not ready';
  if ((newest.network === 'NODE') !== pod.spec.hostNetwork) return 'the network namespace of the pod has changed';
  if (!pod.spec.hostNetwork && newest.ips.length === 0) return 'pod sandbox has no IP address';
  return undefined;
}

function sandboxVerdict({ pod, sandboxes }: ConditionInput): Verdict {
  const message = sandboxObjection(pod, sandboxes);
  return message === undefined ? yes : { status: 'False', reason: 'PodSandboxNotReady', message };
}

function initializedVerdict({ pod, init, main, phase, previous }: ConditionInput): Verdict {
  const containers = pod.spec.initContainers ?? [];
  const unknown = containers.filter(({ name }) => statusOf(init, name) === undefined);
  if (phase === 'Succeeded' && unknown.length === 0) return { ...yes, reason: 'PodCompleted' };
  if (main.some(({ state }) => state.running !== undefined || state.terminated !== undefined)) return yes;
  const incomplete = containers.filter((container) => {
    const status = statusOf(init, container.name);
    return status !== undefined && !(isSidecar(container) ? status.started : status.ready);
  });
  const message = described(['unknown', names(unknown)], ['incomplete', names(incomplete)]);
  // What was initialised once stays so, though its sandbox may be made anew and its init containers run again.
  const before = previous?.conditions.find(({ type }) => type === 'Initialized');
  if (message === '' || before?.status === 'True') return yes;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadyVerdict({ pod, init, main, phase }: ConditionInput): Verdict {
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const statuses = [...init, ...main];
  const counted = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unknown = counted.filter(({ name }) => statusOf(statuses, name) === undefined);
  if (phase === 'Succeeded' && unknown.length === 0) return { status: 'False', reason: 'PodCompleted' };
  const unready = counted.filter(({ name }) => statusOf(statuses, name)?.ready === false);
  const message = described(['unknown', names(unknown)], ['unready', names(unready)]);
  return message === '' ? yes : { status: 'False', reason: 'ContainersNotReady', message };
}

/** "containers with unready status: [a b]", the form that tools look for. */
function described(...groups: readonly (readonly [string, readonly string[]])[]): string {
  return groups
    .filter(([, of]) => of.length > 0)
    .map(([state, of]) => `containers with ${state} status: [${of.join(' ')}]`)
    .join(', ');
}

function dated(type: PodConditionType, verdict: Verdict, { pod, previous, now }: ConditionInput): PodCondition {
  const before = previous?.conditions.find((condition) => condition.type === type);
  const { generation } = pod.metadata;
  return {
    type,
    ...verdict,
    lastTransitionTime: before?.status === verdict.status ? before.lastTransitionTime : now,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}

function names(containers: readonly { readonly name: string }[]): readonly string[] {
  return containers.map(({ name }) => name);
}

function statusOf(statuses: readonly ContainerStatus[], name: string): ContainerStatus | undefined {
  return statuses.find((status) => status.name === name);
}
