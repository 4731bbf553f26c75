import { Draft } from './draft.ts';
import type { PodInput } from './input.ts';
import { isUnread } from './instances.ts';
import { logDirectory, logLinkPrefix, podDirectory } from './paths.ts';
import type { Plan } from './plan.ts';
import type { StopWhy } from './stage.ts';
import { identityOf, leftovers } from './stage-of.ts';

const forGood: ReadonlySet<StopWhy> = new Set<StopWhy>(['Removed', 'Deleted', 'Orphan']);

/** Removes all that was made for a pod that nobody wants: nothing of it runs any more. */
export function planCleaning(input: PodInput): Plan {
  const draft = new Draft(input, 'cleaning');
  const { seen } = input;
  if (!planDecision(draft)) return draft.finish();
  const sandboxes = new Set(seen.sandboxes.map(({ id }) => id));
  // A sandbox takes its containers with it, once all that is to be read of them was read.
  const unread = seen.look !== 'no' && seen.containers.some(isUnread);
  if (!unread) {
    for (const { id, name, sandboxId } of seen.containers) {
      if (!sandboxes.has(sandboxId)) removeContainer(draft, id, name);
    }
    seen.sandboxes.forEach(({ id }, at) => {
      const why = { code: 'RemovePod', what: 'sandboxes' } as const;
      const target = at === 0 ? 'sandbox' : `dead ${id}`;
      draft.act({ key: `remove sandbox ${id}`, target, why, kind: 'removeSandbox', id });
    });
    planFolders(draft);
  }
  if (seen.containers.length + seen.sandboxes.length === 0) planCgroups(draft);
  draft.wait({ code: 'CleanUp', what: whatIsLeft(input) });
  return draft.finish();
}

// The first removal relies on it that the pod is over for good: should its source want it again after a crash, what the
// ledger says of its attempts and its init containers is not true of the pod that comes.
function planDecision(draft: Draft): boolean {
  const { want, kept, now } = draft.input;
  const known = planIdentity(draft);
  if (kept.revision === 0 || (kept.stopping !== undefined && forGood.has(kept.stopping.why))) return known;
  const why = want.kind === 'pod' && want.removed !== true ? 'Deleted' : 'Removed';
  const { graceSeconds, since } = kept.stopping ?? { graceSeconds: 0, since: now };
  draft.keep({ stopping: { why, graceSeconds, since } }, 'what the pod leaves behind is removed');
  return false;
}

// Where the logs are follows from the pod's name, which only the sandbox may know: written down before that goes.
function planIdentity(draft: Draft): boolean {
  const { input } = draft;
  const identity = identityOf(input);
  if (input.want.kind === 'pod' || identity.name === '' || input.kept.identity.name !== '') return true;
  if (!leftovers(input).logs) return true;
  draft.keep({ identity }, 'the pod is known by its sandbox');
  return false;
}

function removeContainer(draft: Draft, id: PodInput['seen']['containers'][number]['id'], name: string): void {
  const why = { code: 'RemovePod', what: 'containers' } as const;
  draft.act({ key: `remove ${id}`, target: `container ${name}`, why, kind: 'removeContainer', id, logs: [] });
}

function planFolders(draft: Draft): void {
  const { input } = draft;
  const { uid, node, seen } = input;
  // Of a pod that the ledger never took in, only the folder says that it is ours: after a crash nobody would look for the
  // rest of it.
  const { cgroups, logs } = leftovers(input);
  const last = input.kept.revision > 0 || (cgroups.length === 0 && !logs);
  if (seen.disk.data && last) {
    const why = { code: 'RemovePod', what: 'data' } as const;
    const directory = podDirectory(node, uid);
    draft.act({ key: 'remove data', target: 'prepare', why, kind: 'removeData', directory });
  }
  if (logs) {
    const why = { code: 'RemovePod', what: 'logs' } as const;
    const { namespace, name } = identityOf(input);
    const directory = logDirectory(node, namespace, name, uid);
    const links = logLinkPrefix(node, name, namespace);
    draft.act({ key: 'remove logs', target: 'logs', why, kind: 'removeLogs', directory, links });
  }
}

// The target is the sandbox's: one that is still being made has its cgroup in there.
function planCgroups(draft: Draft): void {
  const path = leftovers(draft.input).cgroups[0];
  if (path === undefined) return;
  const why = { code: 'RemovePod', what: 'cgroup' } as const;
  draft.act({ key: `remove cgroup ${path}`, target: 'sandbox', why, kind: 'removeCgroup', path });
}

function whatIsLeft(input: PodInput): string {
  const { seen } = input;
  const { cgroups, logs } = leftovers(input);
  const left: readonly (readonly [boolean, string])[] = [
    [seen.containers.length > 0, 'containers'],
    [seen.sandboxes.length > 0, 'sandboxes'],
    [seen.disk.data, 'data'],
    [cgroups.length > 0, 'cgroup'],
    [logs, 'logs'],
  ];
  return left
    .filter(([is]) => is)
    .map(([, what]) => what)
    .join(', ');
}
