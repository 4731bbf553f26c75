import type { Container } from '../../kube/pod.ts';
import { after, seconds, type Tick } from '../../lib/time.ts';
import { logLinks } from './collect.ts';
import { isSidecar } from './containers.ts';
import { Draft } from './draft.ts';
import { endContainer, recordPreStop } from './end-container.ts';
import type { PodInput } from './input.ts';
import { instancesOf, isLive, isUnread } from './instances.ts';
import type { Kept } from './kept.ts';
import type { Plan } from './plan.ts';
import { rememberedGrace } from './remembered.ts';
import type { ContainerSeen } from './seen.ts';
import type { StopWhy } from './stage.ts';
import { finalWhys, identityOf, isKeptBySource } from './stage-of.ts';
import { verdictOf } from './verdict.ts';

/** The grace of a pod that nobody wants and whose spec nobody knows (s). */
const orphanGraceSeconds = 1;

type Stopping = NonNullable<Kept['stopping']>;

/** Ends all containers within the grace, then the sandboxes, and decides how the pod ended. */
export function planStopping(input: PodInput, why: StopWhy): Plan {
  const draft = new Draft(input, 'stopping');
  const live = input.seen.containers.filter(isLive);
  if (live.length > 0) {
    recordStopping(draft, why, live);
    const { stopping } = input.kept;
    if (stopping !== undefined) endAll(draft, stopping, live);
  }
  removeUnborn(draft);
  const over = input.seen.containers.every(({ state }) => state === 'exited');
  // A look that runs beside a stop would be out of date at its end; it comes first, and one is enough.
  const unread = input.seen.look !== 'no' && input.seen.containers.some(isUnread);
  if (over && !unread) stopSandboxes(draft, why);
  if (over && !unread && input.kept.verdict === undefined) recordVerdict(draft, why);
  return draft.finish();
}

// The decision is durable before the first signal; afterwards the grace only gets shorter (I7).
function recordStopping(draft: Draft, why: StopWhy, live: readonly ContainerSeen[]): void {
  const { kept, want } = draft.input;
  const { stopping } = kept;
  const graceSeconds = graceOf(draft.input, live);
  const since = (want.kind === 'pod' ? want.deletion?.seenAt : undefined) ?? draft.input.now;
  if (stopping === undefined) {
    const identity = identityOf(draft.input);
    draft.keep({ identity, stopping: { why, graceSeconds, since } }, `stop: ${why}`);
    // Foreseen, to spare the pod a flush: their hooks begin with the stop.
    if (graceSeconds > 0) for (const instance of newestOf(live)) recordPreStop(draft, instance);
    return;
  }
  const deletion = want.kind === 'pod' ? want.deletion : undefined;
  if (deletion === undefined) return;
  const earlier = after(deletion.seenAt, seconds(deletion.graceSeconds));
  if (earlier >= deadlineOf(stopping)) return;
  const shorter = { why: stopping.why, graceSeconds: deletion.graceSeconds, since: deletion.seenAt };
  draft.keep({ stopping: shorter }, `stop within ${deletion.graceSeconds} s`);
}

function graceOf({ want }: PodInput, live: readonly ContainerSeen[]): number {
  if (want.kind === 'pod') return want.deletion?.graceSeconds ?? want.pod.spec.terminationGracePeriodSeconds;
  const remembered = live.map(rememberedGrace).filter((grace) => grace !== undefined);
  return remembered.length === 0 ? orphanGraceSeconds : Math.max(...remembered);
}

function deadlineOf({ since, graceSeconds }: Stopping): Tick {
  return after(since, seconds(graceSeconds));
}

// All at once; only the stop signals of sidecars wait until those that use them have ended, in reverse order.
function endAll(draft: Draft, stopping: Stopping, live: readonly ContainerSeen[]): void {
  const { graceSeconds } = stopping;
  const deadline = deadlineOf(stopping);
  const sidecars = sidecarOrder(draft.input);
  for (const instance of live) {
    const place = sidecars.indexOf(instance.name);
    const held =
      place !== -1 && live.some((other) => sidecars.indexOf(other.name) > place || !sidecars.includes(other.name));
    const newest = instancesOf(draft.input.seen, instance.name)[0] === instance;
    endContainer(draft, {
      instance,
      why: { code: 'StopContainer', container: instance.name, because: stopping.why, graceSeconds },
      graceSeconds,
      deadline,
      held,
      ...(newest ? {} : { target: `dead ${instance.id}` }),
    });
  }
}

function sidecarOrder({ want }: PodInput): readonly string[] {
  if (want.kind !== 'pod') return [];
  return (want.pod.spec.initContainers ?? [])
    .filter((container: Container) => isSidecar(container))
    .map(({ name }) => name);
}

function removeUnborn(draft: Draft): void {
  for (const { id, name, state } of draft.input.seen.containers) {
    if (state !== 'created') continue;
    const why = { code: 'CollectDeadContainer', container: name } as const;
    draft.act({
      key: `remove ${id}`,
      target: `container ${name}`,
      why,
      kind: 'removeContainer',
      id,
      logs: logLinks(draft, { id, name }),
    });
  }
}

// A dead sandbox holds its network until it is stopped: stopped once more, unless that was done in this life.
function stopSandboxes(draft: Draft, because: StopWhy): void {
  const { seen } = draft.input;
  seen.sandboxes.forEach(({ id, ready }, at) => {
    if (!ready && seen.stops[id] !== undefined) return;
    const target = at === 0 ? 'sandbox' : `dead ${id}`;
    const why = { code: 'StopSandbox', because } as const;
    if (draft.act({ key: `stop sandbox ${id}`, target, why, kind: 'stopSandbox', id }))
      draft.wait({ code: 'SandboxStop' });
  });
}

function recordVerdict(draft: Draft, why: StopWhy): void {
  const { input } = draft;
  if (input.want.kind !== 'pod' || !isKeptBySource(input) || !finalWhys.has(why)) return;
  draft.keep({ verdict: verdictOf(input.want.pod, input.seen, why) }, `the pod ended: ${why}`);
}

function newestOf(live: readonly ContainerSeen[]): readonly ContainerSeen[] {
  const names = new Set<string>();
  return live.filter(({ name }) => !names.has(name) && names.add(name));
}
