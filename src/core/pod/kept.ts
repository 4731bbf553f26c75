import type { Tick, WallTime } from '../../lib/time.ts';
import type { StopWhy } from './stage.ts';

/**
 * What neither the runtime nor the kernel can tell, and a crash must not lose: the ledger's row of one pod.
 *
 * One rule: written before the action that relies on it starts. A planner that needs another value plans a `record`
 * action first, and plans the step that relies on it once the record is durable.
 */
export interface Kept {
  /** Grows by one with each record. */
  readonly revision: number;
  readonly identity: { readonly namespace: string; readonly name: string };
  /** When the node first took the pod in. */
  readonly startTime?: WallTime;
  /** What admission said; absent until it was asked. */
  readonly admitted?: boolean;
  /** The highest sandbox attempt that was given out; the runtime refuses a name that it has. */
  readonly sandboxAttempt?: number;
  readonly containers: Readonly<Record<string, ContainerKept>>;
  /** Set once the pod's containers are to end for good; the grace can only get shorter. */
  readonly stopping?: { readonly why: StopWhy; readonly graceSeconds: number; readonly since: Tick };
  /** A decided end. A terminal phase never changes. */
  readonly verdict?: {
    readonly phase: 'Succeeded' | 'Failed';
    readonly reason?: string;
    readonly message?: string;
  };
}

export interface ContainerKept {
  /** The highest attempt that was given out: CRI's attempt, the log file's number, restartCount. */
  readonly attempt: number;
  /** For init containers: the sandbox attempt in which it succeeded. */
  readonly succeededIn?: number;
  /** The delay that the next crash of this container will wait (ms), and since when it counts. */
  readonly backOff?: { readonly delay: number; readonly since: Tick };
  /** Hooks begun for the current attempt: a hook is not run twice after a crash. */
  readonly postStart?: 'begun' | 'done' | 'failed';
  readonly preStop?: 'begun' | 'done' | 'failed';
}

export const nothingKept: Kept = { revision: 0, identity: { namespace: '', name: '' }, containers: {} };
