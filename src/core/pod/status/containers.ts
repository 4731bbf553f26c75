import type { Container } from '../../../kube/pod.ts';
import type { ContainerState, ContainerStatus, TerminatedState } from '../../../kube/pod-status.ts';
import { rfc3339 } from '../../../lib/rfc3339.ts';
import { isSidecar, restartsAfter } from '../containers.ts';
import { isUnread, postStartOf, succeeded } from '../instances.ts';
import type { ContainerSeen } from '../seen.ts';
import { previousOf, recordsOf, type StatusContext, wasInitialised } from './context.ts';
import { podProblem, startProblem } from './waiting.ts';

/** A container that ran and that nobody knows the end of. */
export const lost: TerminatedState = {
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  message: 'The container ran, and the runtime has no record of how it ended',
};

/** The part of a status that the container's state decides; `ready` and `started` follow from it. */
type Bare = Omit<ContainerStatus, 'ready' | 'started' | 'volumeMounts'>;

/** The statuses of the init containers in the order of the spec, and of the main ones by name. */
export function containerStatuses(context: StatusContext): {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
} {
  const { spec } = context.want.pod;
  const main = spec.containers.map((container) => containerStatus(container, false, context));
  return {
    init: (spec.initContainers ?? []).map((container) => containerStatus(container, true, context)),
    main: main.sort((left, right) => (left.name < right.name ? -1 : 1)),
  };
}

function containerStatus(container: Container, isInit: boolean, context: StatusContext): ContainerStatus {
  const [newest, before] = recordsOf(context, container.name);
  const bare =
    newest === undefined ? withoutRecord(container, isInit, context) : fromRecord(container, newest, before, context);
  const shown = shouldStart(container, isInit, newest, context) ? withProblem(bare, container, newest, context) : bare;
  const started = isStarted(container, newest, context);
  const volumeMounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    // No mount is made read-only with all that is mounted below it.
    ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' as const } : {}),
  }));
  return {
    ...shown,
    started,
    ready: isInit && !isSidecar(container) ? shown.state.terminated?.exitCode === 0 : started,
    ...(volumeMounts.length === 0 ? {} : { volumeMounts }),
  };
}

function fromRecord(
  container: Container,
  newest: ContainerSeen,
  before: ContainerSeen | undefined,
  context: StatusContext,
): Bare {
  const old = previousOf(context, container.name);
  // An attempt that was never started may be gone; the ledger remembers it over all lives of the agent.
  const recorded = context.input.kept.containers[container.name]?.attempt ?? 0;
  const id = containerId(newest, context);
  // An end that was told stands, and the loss of a running container is such an end.
  if (newest.state === 'unknown' && old?.containerID === id && old.state.terminated !== undefined) return bareOf(old);
  const vanished = newest.state === 'unknown' && old?.state.running !== undefined;
  const { resources = {} } = container;
  return {
    name: container.name,
    state: vanished ? { terminated: lost } : stateOf(newest, context),
    lastState: lastState(before, old, id, context),
    restartCount: Math.max(recorded, restartCount(newest, old, id)) + (vanished ? 1 : 0),
    image: newest.image === '' ? container.image : newest.image,
    imageID: newest.imageId,
    containerID: id,
    // Nothing resizes a container in place: what the pod asked for is what it was given.
    resources,
    ...(resources.requests === undefined ? {} : { allocatedResources: resources.requests }),
    ...(newest.user === undefined ? {} : { user: { linux: newest.user } }),
  };
}

/**
 * How often it was started again. The attempt tells, unless somebody removed the instance that ran: its number is then
 * given once more, and what is found under a number that was told before is one more restart.
 */
function restartCount({ attempt }: ContainerSeen, old: ContainerStatus | undefined, id: string): number {
  const told = old?.restartCount ?? 0;
  const again = old?.state.running !== undefined && old.containerID !== id && attempt <= told;
  return Math.max(attempt, told) + (again ? 1 : 0);
}

/** The instance before; when the runtime has dropped it, what was told of it. */
function lastState(
  before: ContainerSeen | undefined,
  old: ContainerStatus | undefined,
  id: string,
  context: StatusContext,
): ContainerState {
  if (before?.state === 'exited') return { terminated: terminated(before, context) };
  if (old === undefined) return {};
  if (old.state.running !== undefined && old.containerID !== id) return { terminated: lost };
  return old.state.terminated !== undefined && old.containerID !== id ? old.state : old.lastState;
}

/** The runtime has no instance of it: not made yet, or its records are lost. */
function withoutRecord(container: Container, isInit: boolean, context: StatusContext): Bare {
  const { kept } = context.input;
  const old = previousOf(context, container.name);
  const own = kept.containers[container.name];
  const fresh: Bare = {
    name: container.name,
    state: { waiting: { reason: defaultReason(context) } },
    lastState: old?.lastState ?? {},
    restartCount: Math.max(old?.restartCount ?? 0, own?.attempt ?? 0),
    image: container.image,
    imageID: '',
  };
  if (old?.state.terminated !== undefined) return bareOf(old);
  const succeeded = own?.succeededIn !== undefined && own.succeededIn === kept.sandboxAttempt;
  if (isInit && !isSidecar(container) && (succeeded || wasInitialised(context))) {
    const message = 'The runtime has no record of it any more; it succeeded, for what comes after it has begun';
    return { ...fresh, state: { terminated: { exitCode: 0, reason: 'Completed', message } } };
  }
  if (old?.state.running === undefined || fresh.lastState.terminated !== undefined) return fresh;
  const restarts = context.want.deletion === undefined ? 1 : 0;
  return { ...fresh, lastState: { terminated: lost }, restartCount: fresh.restartCount + restarts };
}

function bareOf({ ready: _ready, started: _started, volumeMounts: _mounts, ...bare }: ContainerStatus): Bare {
  return bare;
}

/** Whether the planner would start it, now or once it may: only then has it something to wait for. */
function shouldStart(
  container: Container,
  isInit: boolean,
  newest: ContainerSeen | undefined,
  context: StatusContext,
): boolean {
  if (context.ending) return false;
  if (newest === undefined) return true;
  if (newest.state === 'running') return false;
  if (newest.state !== 'exited') return true;
  if (isUnread(newest) && context.input.seen.look !== 'no') return false;
  if (isInit && !isSidecar(container) && succeeded(newest)) return false;
  return restartsAfter(context.want.pod, container, newest.exitCode ?? lost.exitCode);
}

function withProblem(
  bare: Bare,
  container: Container,
  newest: ContainerSeen | undefined,
  context: StatusContext,
): Bare {
  const problem = startProblem(container, newest, context);
  const { terminated: end, waiting } = bare.state;
  if (problem !== undefined) {
    return {
      ...bare,
      state: { waiting: problem },
      lastState: end === undefined ? bare.lastState : { terminated: end },
    };
  }
  const message = waiting === undefined ? undefined : podProblem(context);
  if (waiting === undefined || message === undefined) return bare;
  return { ...bare, state: { waiting: { ...waiting, message } } };
}

function stateOf(record: ContainerSeen, context: StatusContext): ContainerState {
  switch (record.state) {
    case 'running':
      return { running: { startedAt: rfc3339(record.startedAt ?? record.createdAt) } };
    case 'exited':
      if (isUnread(record) && context.input.seen.look !== 'no') {
        // A look is on its way: to tell an end without its exit code would be to guess, and an end stands for ever.
        return { running: { startedAt: rfc3339(record.startedAt ?? record.createdAt) } };
      }
      return { terminated: terminated(record, context) };
    case 'created':
    case 'unknown':
      return { waiting: { reason: defaultReason(context) } };
  }
}

function terminated(record: ContainerSeen, context: StatusContext): TerminatedState {
  if (isUnread(record)) return { ...lost, containerID: containerId(record, context) };
  const { exitCode = 0, reason = '', message = '', startedAt, finishedAt } = record;
  return {
    exitCode,
    reason: reason === '' ? (exitCode === 0 ? 'Completed' : 'Error') : reason,
    ...(message === '' ? {} : { message }),
    ...(startedAt === undefined || startedAt <= 0 ? {} : { startedAt: rfc3339(startedAt) }),
    ...(finishedAt === undefined || finishedAt <= 0 ? {} : { finishedAt: rfc3339(finishedAt) }),
    containerID: containerId(record, context),
  };
}

/** Running, and its postStart hook, if it has one, is through. */
function isStarted(container: Container, newest: ContainerSeen | undefined, { input }: StatusContext): boolean {
  if (newest?.state !== 'running') return false;
  return container.lifecycle?.postStart === undefined || postStartOf(newest, input) === 'done';
}

function defaultReason({ want }: StatusContext): string {
  return (want.pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
}

function containerId(record: ContainerSeen, { input }: StatusContext): string {
  return `${input.node.runtimeName}://${record.id}`;
}
