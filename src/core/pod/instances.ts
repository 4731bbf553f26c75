import type { Container, Pod } from '../../kube/pod.ts';
import { allContainers, isSidecar } from './containers.ts';
import type { Kept } from './kept.ts';
import type { ContainerSeen, SandboxSeen, Seen } from './seen.ts';

/** All instances of one container, the newest attempt first. */
export function instancesOf(seen: Seen, name: string): readonly ContainerSeen[] {
  return seen.containers.filter((instance) => instance.name === name);
}

/** It has, or may have, a process. */
export function isLive({ state }: ContainerSeen): boolean {
  return state === 'running' || state === 'unknown';
}

/** It exited, but nobody has read yet how: a look will. */
export function isUnread(instance: ContainerSeen): boolean {
  return instance.state === 'exited' && instance.exitCode === undefined;
}

/** It ended well. One that was killed for its memory did not, whatever its exit code says. */
export function succeeded({ state, exitCode, reason }: ContainerSeen): boolean {
  return state === 'exited' && exitCode === 0 && reason !== 'OOMKilled';
}

/** The sandbox in which the pod's containers run: the newest one that is ready and has the pod's network. */
export function usableSandbox(pod: Pod, seen: Seen): SandboxSeen | undefined {
  const network = pod.spec.hostNetwork ? 'NODE' : 'POD';
  return seen.sandboxes.find((sandbox) => sandbox.ready && sandbox.network === network);
}

/**
 * How many init containers lie behind the pod in this sandbox; all of them once a main container was made in it.
 *
 * A plain one is passed when it succeeded in this sandbox, by the ledger or by the runtime; a sidecar when it runs and
 * its postStart has ended, or when a later one was begun.
 */
export function initPosition(pod: Pod, sandbox: SandboxSeen, { seen, kept }: { seen: Seen; kept: Kept }): number {
  const order = allContainers(pod);
  const inits = pod.spec.initContainers ?? [];
  const made = (container: Container): boolean =>
    instancesOf(seen, container.name).some(({ sandboxId }) => sandboxId === sandbox.id);
  if (pod.spec.containers.some(made)) return inits.length;
  const passed = (container: Container, at: number): boolean => {
    if (!isSidecar(container)) return initSucceeded(container, sandbox, { seen, kept });
    return isUp(container, sandbox, { seen, kept }) || order.slice(at + 1).some(made);
  };
  const position = inits.findIndex((container, at) => !passed(container, at));
  return position === -1 ? inits.length : position;
}

/** A plain init container's success in this sandbox, recorded or still seen. */
export function initSucceeded(
  { name }: Container,
  sandbox: SandboxSeen,
  { seen, kept }: { seen: Seen; kept: Kept },
): boolean {
  if (kept.containers[name]?.succeededIn === sandbox.attempt) return true;
  const newest = instancesOf(seen, name)[0];
  return newest !== undefined && newest.sandboxId === sandbox.id && succeeded(newest);
}

function isUp(
  { name, lifecycle }: Container,
  sandbox: SandboxSeen,
  { seen, kept }: { seen: Seen; kept: Kept },
): boolean {
  const newest = instancesOf(seen, name)[0];
  if (newest?.state !== 'running' || newest.sandboxId !== sandbox.id) return false;
  return lifecycle?.postStart === undefined || postStartOf(newest, { seen, kept }) === 'done';
}

/** How far the postStart hook of a running instance is; one whose result was lost with an earlier life is done. */
export function postStartOf(
  instance: ContainerSeen,
  { seen, kept }: { seen: Seen; kept: Kept },
): 'to record' | 'runs' | 'done' | 'failed' {
  const row = kept.containers[instance.name];
  if (row === undefined || row.attempt !== instance.attempt || row.postStart === undefined) return 'to record';
  if (row.postStart !== 'begun') return row.postStart;
  const result = seen.hooks[`${instance.id}/postStart`];
  if (result !== undefined) return result.ok ? 'done' : 'failed';
  const begun = seen.hooksBegun[`${instance.name}#${instance.attempt}/postStart`] !== undefined;
  return begun ? 'runs' : 'done';
}
