import { after, between, milliseconds, type Tick } from '../../lib/time.ts';
import type { StepKind } from './action.ts';
import type { ContainerKept } from './kept.ts';
import type { FailureSeen } from './seen.ts';

/** How long a step that failed is left alone: `first` doubles with each failure in a row, up to `cap` (ms). */
export interface Retry {
  readonly first: number;
  readonly cap: number;
  /** Another key with the same target is another question, and begins anew. */
  readonly perKey: boolean;
}

// Attempts get new keys; a sandbox that always fails must not be tried at full speed for that.
const steps: Retry = { first: 1_000, cap: 60_000, perKey: false };
const removals: Retry = { first: 1_000, cap: 60_000, perKey: true };
// Images and volumes as upstream has them; a look is cheap, and all else waits for it.
const images: Retry = { first: 10_000, cap: 300_000, perKey: true };
const volumes: Retry = { first: 500, cap: 122_000, perKey: true };
const looks: Retry = { first: 500, cap: 8_000, perKey: true };

export const retries: Record<StepKind, Retry> = {
  record: { first: 1_000, cap: 10_000, perKey: false },
  look: looks,
  prepare: { ...steps, perKey: true },
  mountVolume: volumes,
  checkImage: { ...steps, perKey: true },
  pullImage: images,
  runSandbox: steps,
  stopSandbox: removals,
  removeSandbox: removals,
  createContainer: steps,
  startContainer: steps,
  runHook: { ...steps, perKey: true },
  stopContainer: removals,
  removeContainer: removals,
  removeData: removals,
  removeCgroup: removals,
  removeLogs: removals,
};

/** When a step that failed may be tried again; nothing when it may be tried at once. */
export function retryAt(failure: FailureSeen | undefined, kind: StepKind, key: string): Tick | undefined {
  const { first, cap, perKey } = retries[kind];
  if (failure === undefined || (perKey && failure.key !== key)) return undefined;
  const delay = Math.min(cap, first * 2 ** Math.min(failure.count - 1, 30));
  return after(failure.at, milliseconds(delay));
}

/** A container that crashes: 10 s, doubled up to 5 min; the first restart is immediate. */
const crash = { first: 10_000, cap: 300_000, forgottenAfter: 600_000 };

/** What a crash costs: when the next attempt may begin, and the back-off to record with it. */
export interface CrashDelay {
  readonly until: Tick;
  readonly next: { readonly delay: number; readonly since: Tick };
}

/** The back-off of a container that exited at `exitedAt`; it is forgotten after ten minutes without a restart. */
export function crashDelay(backOff: ContainerKept['backOff'], exitedAt: Tick, now: Tick): CrashDelay {
  if (backOff === undefined || between(backOff.since, exitedAt) > crash.forgottenAfter) {
    return { until: exitedAt, next: { delay: crash.first, since: now } };
  }
  return {
    until: after(exitedAt, milliseconds(backOff.delay)),
    next: { delay: Math.min(crash.cap, backOff.delay * 2), since: now },
  };
}
