import type { Container, LifecycleHandler } from '../../kube/pod.ts';
import { after, between, seconds, type Tick } from '../../lib/time.ts';
import type { Why } from '../reasons.ts';
import { podAddresses } from './addresses.ts';
import { logLinks } from './collect.ts';
import { allContainers } from './containers.ts';
import type { Draft } from './draft.ts';
import { hookCall } from './hooks.ts';
import { hookName } from './record.ts';
import { rememberedContainer, rememberedPreStop } from './remembered.ts';
import type { ContainerSeen } from './seen.ts';

/** The least that a container gets between its stop signal and the kill, however little of its grace is left. */
const leastGraceSeconds = 2;

export interface Ending {
  readonly instance: ContainerSeen;
  readonly why: Why;
  readonly graceSeconds: number;
  /** When the grace is spent. Absent for a container that ends alone: then it counts from the beginning of its hook. */
  readonly deadline?: Tick;
  /** Others have to end first: only the hook runs, until the grace is spent. */
  readonly held?: boolean;
  /** Other than the container's newest instance. */
  readonly target?: string;
}

/**
 * Ends one live container: its preStop hook first, then the stop signal with what is left of the grace (I7).
 *
 * The key holds the deadline and not the seconds left, so that a stop under way stays the same while time passes, and
 * one with a shorter grace replaces it.
 */
export function endContainer(draft: Draft, ending: Ending): void {
  const { now } = draft.input;
  if (isLost(draft, ending)) {
    removeLost(draft, ending);
    return;
  }
  const hook = planPreStop(draft, ending);
  if (hook === 'goes on') return;
  const { instance, why, graceSeconds } = ending;
  const deadline = ending.deadline ?? (hook === undefined ? undefined : after(hook, seconds(graceSeconds)));
  const until = deadline ?? after(now, seconds(graceSeconds));
  draft.wait({ code: 'ContainerStop', container: instance.name, until });
  if (ending.held === true && until > now) {
    draft.wake(until);
    return;
  }
  draft.act({
    key: deadline === undefined ? `stop ${instance.id} in ${graceSeconds} s` : `stop ${instance.id} by ${deadline}`,
    target: targetOf(ending),
    why,
    kind: 'stopContainer',
    container: instance.name,
    id: instance.id,
    graceSeconds: Math.max(leastGraceSeconds, Math.ceil(between(now, until) / 1000)),
  });
}

// It was stopped, and the runtime still cannot say what it is: only its removal ends it.
function isLost(draft: Draft, ending: Ending): boolean {
  const { seen } = draft.input;
  const { id, state } = ending.instance;
  return state === 'unknown' && seen.stops[id] !== undefined && seen.failures[targetOf(ending)] === undefined;
}

function removeLost(draft: Draft, ending: Ending): void {
  const { id, name } = ending.instance;
  const why = { code: 'CollectDeadContainer', container: name } as const;
  draft.act({
    key: `remove ${id}`,
    target: targetOf(ending),
    why,
    kind: 'removeContainer',
    id,
    logs: logLinks(draft, { id, name }),
  });
}

// The hook is recorded before it runs, so that no crash makes it run twice. Gives when it began, if that is known.
function planPreStop(draft: Draft, ending: Ending): 'goes on' | Tick | undefined {
  const { instance, graceSeconds } = ending;
  const { seen, kept, now } = draft.input;
  const handler = preStopOf(draft, instance);
  const row = kept.containers[instance.name];
  const other = row !== undefined && row.attempt !== instance.attempt;
  const spent = ending.deadline !== undefined && ending.deadline <= now;
  if (handler === undefined || graceSeconds <= 0 || instance.state !== 'running' || other) return undefined;
  if (row?.preStop === undefined) {
    if (spent) return undefined;
    recordPreStop(draft, instance);
    return 'goes on';
  }
  const begun = seen.hooksBegun[hookName(instance.name, instance.attempt, 'preStop')];
  if (begun === undefined || seen.hooks[`${instance.id}/preStop`] !== undefined) return begun;
  const deadline = ending.deadline ?? after(begun, seconds(graceSeconds));
  if (deadline <= now) return begun;
  const { call } = handler;
  const why = { code: 'RunHook', container: instance.name, hook: 'preStop' } as const;
  const action = { key: `preStop ${instance.id}`, target: targetOf(ending), why, kind: 'runHook' } as const;
  const planned = draft.act({ ...action, hook: 'preStop', container: instance.name, id: instance.id, call });
  if (planned) draft.wait({ code: 'PreStop', container: instance.name, until: deadline });
  draft.wake(deadline);
  return 'goes on';
}

/** Decides that the preStop hook of a container begins, if it has one that was not begun. */
export function recordPreStop(draft: Draft, instance: ContainerSeen): void {
  const row = draft.rowOf(instance.name) ?? { attempt: instance.attempt };
  const mine = row.attempt === instance.attempt && row.preStop === undefined && instance.state === 'running';
  if (!mine || preStopOf(draft, instance) === undefined) return;
  draft.keepContainer(instance.name, { ...row, preStop: 'begun' }, `preStop of ${instance.name} begins`);
}

interface PreStop {
  readonly handler: LifecycleHandler;
  readonly call: ReturnType<typeof hookCall>;
}

function preStopOf(draft: Draft, instance: ContainerSeen): PreStop | undefined {
  const { want, seen, node } = draft.input;
  const container = specOf(draft, instance.name);
  const handler = container === undefined ? rememberedPreStop(instance) : container.lifecycle?.preStop;
  if (handler === undefined) return undefined;
  const ips = seen.sandboxes.find(({ id }) => id === instance.sandboxId)?.ips ?? [];
  const host = (want.kind === 'pod' ? podAddresses(want.pod, ips, node)[0] : ips[0]) ?? '';
  return { handler, call: hookCall(handler, container ?? rememberedContainer(instance), host) };
}

function specOf(draft: Draft, name: string): Container | undefined {
  const { want } = draft.input;
  return want.kind === 'pod' ? allContainers(want.pod).find((container) => container.name === name) : undefined;
}

function targetOf({ instance, target }: Ending): string {
  return target ?? `container ${instance.name}`;
}
