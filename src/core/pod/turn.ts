import type { Container, Pod } from '../../kube/pod.ts';
import { isSidecar, restartsAfter } from './containers.ts';
import { instancesOf, isLive, isUnread, succeeded } from './instances.ts';
import type { Kept } from './kept.ts';
import type { ContainerSeen, SandboxSeen, Seen } from './seen.ts';

/** Where one container of a wanted pod stands, and so what comes next for it. */
export type Turn =
  /** The attempt must be recorded: the first one, or one that only the runtime knows. */
  | { readonly kind: 'assign'; readonly attempt: number }
  /** It exited and nobody has read how, or an older instance has to end first. */
  | { readonly kind: 'wait' }
  /** Created, but in a sandbox that is of no use any more: removed, never started. */
  | { readonly kind: 'clear'; readonly instance: ContainerSeen }
  | { readonly kind: 'create'; readonly attempt: number; readonly previous?: ContainerSeen }
  | { readonly kind: 'start'; readonly instance: ContainerSeen }
  | { readonly kind: 'up'; readonly instance: ContainerSeen }
  /** It runs where it must not: in another sandbox, beside a newer attempt, or in a state that the runtime lost. */
  | { readonly kind: 'stop'; readonly instance: ContainerSeen }
  /** It exited and is to run again; `rerun`: not for a crash, but because the sandbox is another one. */
  | { readonly kind: 'again'; readonly instance: ContainerSeen; readonly rerun: boolean }
  | { readonly kind: 'ended'; readonly instance: ContainerSeen };

export interface TurnContext {
  readonly pod: Pod;
  readonly sandbox: SandboxSeen | undefined;
  readonly seen: Seen;
  readonly kept: Kept;
}

/** Decides one container's turn. Only a recorded attempt is ever created, and only once (I1, I11). */
export function turnOf(container: Container, context: TurnContext): Turn {
  const { seen, kept, sandbox } = context;
  const instances = instancesOf(seen, container.name);
  const newest = instances[0];
  const recorded = kept.containers[container.name]?.attempt;
  if (recorded === undefined) return { kind: 'assign', attempt: newest?.attempt ?? 0 };
  if (newest === undefined) return { kind: 'create', attempt: recorded };
  if (newest.attempt > recorded) return { kind: 'assign', attempt: newest.attempt };
  const crowded = instances.slice(1).some(isLive);
  if (newest.attempt < recorded) {
    if (isLive(newest)) return { kind: 'stop', instance: newest };
    return crowded ? { kind: 'wait' } : { kind: 'create', attempt: recorded, previous: newest };
  }
  const here = newest.sandboxId === sandbox?.id;
  switch (newest.state) {
    case 'created':
      if (here && crowded) return { kind: 'wait' };
      return { kind: here ? 'start' : 'clear', instance: newest };
    case 'running':
      return { kind: here ? 'up' : 'stop', instance: newest };
    case 'unknown':
      return { kind: 'stop', instance: newest };
    case 'exited':
      return isUnread(newest) && seen.look !== 'no' ? { kind: 'wait' } : turnAfterExit(container, newest, context);
    default:
      return newest.state satisfies never;
  }
}

/** What a container that exited without a code that anybody can read counts as: killed. */
const unknownExitCode = 137;

function turnAfterExit(container: Container, instance: ContainerSeen, { pod, sandbox }: TurnContext): Turn {
  if (isPlainInit(container, pod)) {
    // Another sandbox is another start of the pod: what was done in the old one is done again.
    if (sandbox !== undefined && instance.sandboxId !== sandbox.id) return { kind: 'again', instance, rerun: true };
    if (succeeded(instance)) return { kind: 'ended', instance };
    return pod.spec.restartPolicy === 'Never' ? { kind: 'ended', instance } : { kind: 'again', instance, rerun: false };
  }
  return restartsAfter(pod, container, instance.exitCode ?? unknownExitCode)
    ? { kind: 'again', instance, rerun: false }
    : { kind: 'ended', instance };
}

/** An init container that has to end before the next one starts. */
export function isPlainInit(container: Container, pod: Pod): boolean {
  return !isSidecar(container) && (pod.spec.initContainers ?? []).some(({ name }) => name === container.name);
}
