import type { Container, Pod } from '../../kube/pod.ts';
import { after, seconds, type Tick, tickOf } from '../../lib/time.ts';
import { orphanCgroupPaths, podCgroupPath } from '../resources/cgroup-plan.ts';
import { isSidecar, restartsAfter } from './containers.ts';
import type { PodInput } from './input.ts';
import { initPosition, instancesOf, isUnread, succeeded, usableSandbox } from './instances.ts';
import type { ContainerSeen } from './seen.ts';
import type { Stage, StopWhy } from './stage.ts';

/** Where the pod is in its life: decided here and nowhere else. */
export function stageOf(input: PodInput): Stage {
  const { want, seen, kept, admission } = input;
  if (!seen.observed) return { kind: 'waiting' };
  const why = endOf(input);
  if (why !== undefined) return endingStage(input, why);
  if (want.kind === 'absent') return { kind: 'gone' };
  const begun = seen.sandboxes.length > 0 || seen.containers.length > 0;
  if (input.predecessor !== undefined && !begun) return { kind: 'waiting' };
  if (kept.admitted === undefined && admission.kind === 'rejected') return { kind: 'waiting' };
  const sandbox = usableSandbox(want.pod, seen);
  const inits = want.pod.spec.initContainers?.length ?? 0;
  const initialised = sandbox !== undefined && initPosition(want.pod, sandbox, input) === inits;
  return { kind: initialised ? 'running' : 'starting' };
}

/** When the pod's active deadline passes; nothing when it has none, or has not begun. */
export function deadlineOf({ want, kept, now, wall }: PodInput): Tick | undefined {
  if (want.kind !== 'pod' || kept.startTime === undefined) return undefined;
  const { activeDeadlineSeconds } = want.pod.spec;
  if (activeDeadlineSeconds === undefined) return undefined;
  return after(tickOf(kept.startTime, now, wall), seconds(activeDeadlineSeconds));
}

/** Ends after which the source still wants the pod, so that it stays, with a verdict. */
export const finalWhys: ReadonlySet<StopWhy> = new Set<StopWhy>([
  'Finished',
  'InitFailed',
  'Evicted',
  'DeadlineExceeded',
  'Rejected',
]);

/** The source wants the pod to be there, even when it has ended. */
export function isKeptBySource({ want }: PodInput): boolean {
  return want.kind === 'pod' && want.deletion === undefined;
}

/** Where the pod's cgroup may be: in one place, or in three when nobody knows its spec. */
export function cgroupPathsOf({ want, uid, node }: PodInput): readonly string[] {
  return want.kind === 'pod' ? [podCgroupPath(want.pod, uid, node)] : orphanCgroupPaths(uid, node);
}

/** The pod's namespace and name, from whoever knows them. */
export function identityOf({ want, kept, seen }: PodInput): { readonly namespace: string; readonly name: string } {
  if (want.kind === 'pod') return { namespace: want.pod.metadata.namespace, name: want.pod.metadata.name };
  if (kept.identity.name !== '') return kept.identity;
  const { namespace, name } = seen.sandboxes[0] ?? kept.identity;
  return { namespace, name };
}

/** What was made for the pod and is not removed yet. Logs of a pod whose name nobody knows cannot be found. */
export function leftovers(input: PodInput): { readonly cgroups: readonly string[]; readonly logs: boolean } {
  const { disk, cgroupsRemoved } = input.seen;
  return {
    cgroups: disk.cgroup ? cgroupPathsOf(input).filter((path) => !cgroupsRemoved.includes(path)) : [],
    logs: disk.logs && identityOf(input).name !== '',
  };
}

function endingStage(input: PodInput, why: StopWhy): Stage {
  const { seen, kept } = input;
  const up = seen.containers.some(({ state }) => state !== 'exited') || seen.sandboxes.some(({ ready }) => ready);
  if (up) return { kind: 'stopping', why };
  if (isKeptBySource(input) && finalWhys.has(why)) {
    return kept.verdict === undefined ? { kind: 'stopping', why } : { kind: 'finished' };
  }
  const { cgroups, logs } = leftovers(input);
  const left = seen.sandboxes.length + seen.containers.length + cgroups.length > 0 || seen.disk.data || logs;
  return { kind: left ? 'cleaning' : 'gone' };
}

function endOf(input: PodInput): StopWhy | undefined {
  const { want, kept } = input;
  if (kept.stopping !== undefined) return kept.stopping.why;
  if (want.kind === 'absent') return kept.revision > 0 ? 'Removed' : 'Orphan';
  if (want.deletion !== undefined) return want.removed === true ? 'Removed' : 'Deleted';
  if (kept.verdict !== undefined) return kept.admitted === false ? 'Rejected' : 'Finished';
  if (hasInitFailed(want.pod, input)) return 'InitFailed';
  if (hasFinished(want.pod, input)) return 'Finished';
  // What ended by itself was in time, however late it is noticed.
  const deadline = deadlineOf(input);
  return deadline !== undefined && deadline <= input.now ? 'DeadlineExceeded' : undefined;
}

// With restart policy Never: the first init container that is not behind the pod ended, and not well.
function hasInitFailed(pod: Pod, input: PodInput): boolean {
  if (pod.spec.restartPolicy !== 'Never') return false;
  const mains = pod.spec.containers.some(({ name }) => instancesOf(input.seen, name).length > 0);
  if (mains) return false;
  return (pod.spec.initContainers ?? []).some((container) => {
    const last = lastInstance(container, input);
    return !isSidecar(container) && last !== undefined && isRead(last, input) && !succeeded(last);
  });
}

function hasFinished(pod: Pod, input: PodInput): boolean {
  const over = (container: Container): boolean => {
    const last = lastInstance(container, input);
    return last !== undefined && isRead(last, input) && !restartsAfter(pod, container, last.exitCode ?? 137);
  };
  return pod.spec.containers.every(over) || isBroken(pod, input);
}

// A pod that must not restart, and whose sandbox died after a container had begun, cannot go on.
function isBroken(pod: Pod, { seen, kept }: PodInput): boolean {
  if (pod.spec.restartPolicy !== 'Never' || usableSandbox(pod, seen) !== undefined) return false;
  const newest = seen.sandboxes[0];
  const died = newest !== undefined && newest.attempt === kept.sandboxAttempt && !newest.ready;
  return died && seen.containers.some(({ state }) => state === 'exited' || state === 'running');
}

// The newest instance, unless another attempt is already decided.
function lastInstance({ name }: Container, { seen, kept }: PodInput): ContainerSeen | undefined {
  const newest = instancesOf(seen, name)[0];
  return newest !== undefined && newest.attempt >= (kept.containers[name]?.attempt ?? 0) ? newest : undefined;
}

function isRead(instance: ContainerSeen, { seen }: PodInput): boolean {
  return instance.state === 'exited' && (!isUnread(instance) || seen.look === 'no');
}
