import type { Action } from './action.ts';
import type { ContainerKept, Kept } from './kept.ts';
import type { Seen } from './seen.ts';

/** The name of one hook of one attempt of a container: a key of `Seen.hooksBegun`. */
export function hookName(container: string, attempt: number, hook: 'postStart' | 'preStop'): string {
  return `${container}#${attempt}/${hook}`;
}

/** The action that makes a new row durable. */
export function recordAction(next: Kept, what: string): Action {
  return {
    key: `record ${next.revision}`,
    target: 'ledger',
    why: { code: 'RecordDecision', what },
    kind: 'record',
    kept: next,
  };
}

/**
 * The row in which a hook counts as begun only when it was begun in this life of the agent.
 *
 * Whoever records "begun" runs the hook afterwards; a "begun" of an earlier life has lost its result, and must not be
 * taken for a new one when it is written once more.
 */
export function settleHooks(next: Kept, before: Kept, seen: Seen): Kept {
  const containers = Object.fromEntries(
    Object.entries(next.containers).map(([name, row]) => [name, settleRow(name, row, { before, seen })]),
  );
  return { ...next, containers };
}

function settleRow(name: string, row: ContainerKept, { before, seen }: { before: Kept; seen: Seen }): ContainerKept {
  let settled = row;
  for (const hook of ['postStart', 'preStop'] as const) {
    const old = before.containers[name];
    const lasts = old?.attempt === row.attempt && old[hook] === 'begun' && row[hook] === 'begun';
    if (lasts && seen.hooksBegun[hookName(name, row.attempt, hook)] === undefined) {
      settled = { ...settled, [hook]: 'done' };
    }
  }
  return settled;
}
