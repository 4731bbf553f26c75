import { retryAt } from './back-off.ts';
import type { Draft } from './draft.ts';
import { endContainer } from './end-container.ts';
import { isLive, usableSandbox } from './instances.ts';
import { sandboxConfig } from './sandbox-config.ts';
import type { SandboxSeen } from './seen.ts';
import type { WantedPod } from './want.ts';

/** Sees to it that the pod has one usable sandbox, and gives it; nothing while it has none. */
export function planSandbox(draft: Draft, want: WantedPod, prepared: boolean): SandboxSeen | undefined {
  const { seen, kept } = draft.input;
  const usable = usableSandbox(want.pod, seen);
  endStrayContainers(draft, want, usable);
  const stopped = stopOthers(draft, usable);
  const highest = seen.sandboxes[0]?.attempt ?? -1;
  const recorded = kept.sandboxAttempt ?? -1;
  if (usable !== undefined) {
    if (recorded < highest) draft.keep({ sandboxAttempt: highest }, `sandbox ${highest} is known`);
    return usable;
  }
  draft.wait({ code: 'Sandbox' });
  if (recorded <= highest) draft.keep({ sandboxAttempt: highest + 1 }, `sandbox ${highest + 1}`);
  else if (stopped && prepared && kept.admitted === true) runSandbox(draft, want, recorded);
  return undefined;
}

// Live containers outside the usable sandbox end with the pod's own grace, before the pod starts anew; so do all that
// live beside a newer instance. The newest in a usable sandbox is the container's own business.
function endStrayContainers(draft: Draft, want: WantedPod, usable: SandboxSeen | undefined): void {
  const newest = new Set<string>();
  for (const instance of draft.input.seen.containers) {
    const first = !newest.has(instance.name);
    newest.add(instance.name);
    if (!isLive(instance) || (first && usable !== undefined)) continue;
    endContainer(draft, {
      instance,
      why: { code: 'StopForSandbox', container: instance.name },
      graceSeconds: want.pod.spec.terminationGracePeriodSeconds,
      ...(first ? {} : { target: `dead ${instance.id}` }),
    });
  }
}

const beside = { code: 'StopSandbox', because: 'a newer sandbox is ready' } as const;

// Stops what must not be ready beside the usable sandbox, and the newest dead one, whose network is still held.
function stopOthers(draft: Draft, usable: SandboxSeen | undefined): boolean {
  const { seen } = draft.input;
  const others = seen.sandboxes.filter(
    (sandbox, at) =>
      sandbox.id !== usable?.id &&
      (sandbox.ready || (usable === undefined && at === 0 && seen.stops[sandbox.id] === undefined)),
  );
  const live = seen.containers.filter((instance) => isLive(instance));
  for (const { id, attempt } of others) {
    if (live.some(({ sandboxId }) => sandboxId === id)) continue;
    const target = id === seen.sandboxes[0]?.id ? 'sandbox' : `dead ${id}`;
    const why = usable === undefined ? ({ code: 'SandboxDied', attempt } as const) : beside;
    draft.act({ key: `stop sandbox ${id}`, target, why, kind: 'stopSandbox', id });
  }
  return others.length === 0 && live.every(({ sandboxId }) => sandboxId === usable?.id);
}

function runSandbox(draft: Draft, want: WantedPod, attempt: number): void {
  const { seen, node, now } = draft.input;
  const key = `run sandbox ${attempt}`;
  const failure = seen.failures['sandbox'];
  // The runtime holds the name of a sandbox that no look shows: the next name is tried, in its time.
  const taken = failure?.key === key && failure.kind === 'conflict';
  const retry = retryAt(failure, 'runSandbox', key);
  if (taken && retry !== undefined && retry <= now) {
    draft.keep({ sandboxAttempt: attempt + 1 }, `sandbox ${attempt + 1}, for the name of ${attempt} is taken`);
    return;
  }
  const previous = seen.sandboxes[0];
  const why =
    previous === undefined
      ? ({ code: 'NoSandbox' } as const)
      : ({ code: 'SandboxDied', attempt: previous.attempt } as const);
  draft.start({ key, target: 'sandbox', why, kind: 'runSandbox', config: sandboxConfig(want, attempt, node) });
}
