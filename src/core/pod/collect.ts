import type { Pod } from '../../kube/pod.ts';
import type { Draft } from './draft.ts';
import { isUnread } from './instances.ts';
import { logDirectory, logLink, logPath } from './paths.ts';
import type { ContainerSeen, SandboxSeen, Seen } from './seen.ts';
import { identityOf } from './stage-of.ts';

/**
 * Removes what no reader needs any more: of each container all but the newest instance and the one that exited before it
 * (its last state, and the log that `logs -p` shows), and dead sandboxes that hold nothing and are not the newest.
 */
export function planCollection(draft: Draft, pod: Pod, usable: SandboxSeen | undefined): void {
  const { seen, kept } = draft.input;
  for (const name of new Set(seen.containers.map((instance) => instance.name))) {
    const attempt = kept.containers[name]?.attempt;
    if (attempt === undefined) continue;
    for (const instance of superfluous(seen, name, { attempt, usable })) collect(draft, pod, instance);
  }
  for (const { id, ready } of seen.sandboxes.slice(1)) {
    if (ready || id === usable?.id || seen.containers.some(({ sandboxId }) => sandboxId === id)) continue;
    const why = { code: 'CollectDeadSandbox' } as const;
    draft.act({ key: `remove sandbox ${id}`, target: `dead ${id}`, why, kind: 'removeSandbox', id });
  }
}

interface Current {
  readonly attempt: number;
  readonly usable: SandboxSeen | undefined;
}

function superfluous(seen: Seen, name: string, { attempt, usable }: Current): readonly ContainerSeen[] {
  const instances = seen.containers.filter((instance) => instance.name === name);
  const exited = instances.filter(({ state }) => state === 'exited');
  // A newest instance that nobody can start any more stands in the way of none, but neither does it serve anybody.
  const unborn = instances.filter(
    (one) => one.state === 'created' && (one.attempt < attempt || one.sandboxId !== usable?.id),
  );
  const previous = exited.find((one) => one !== instances[0]);
  const old = exited.filter((one) => one !== previous && one !== instances[0] && !isUnread(one));
  return [...unborn, ...old];
}

function collect(draft: Draft, pod: Pod, { id, name, attempt, state }: ContainerSeen): void {
  const { node, uid } = draft.input;
  const { metadata } = pod;
  const log = `${logDirectory(node, metadata.namespace, metadata.name, uid)}/${logPath(name, attempt)}`;
  draft.act({
    key: `remove ${id}`,
    // One that was never started may have a start under way: that has the container's own target.
    target: state === 'created' ? `container ${name}` : `dead ${id}`,
    why: { code: 'CollectDeadContainer', container: name },
    kind: 'removeContainer',
    id,
    logs: [...(state === 'created' ? [] : [log]), ...logLinks(draft, { id, name })],
  });
}

/** The log link of an instance that is removed; it may have one although it was never started. */
export function logLinks({ input }: Draft, { id, name }: Pick<ContainerSeen, 'id' | 'name'>): readonly string[] {
  const metadata = identityOf(input);
  return metadata.name === '' ? [] : [logLink(input.node, { metadata }, name, id)];
}
