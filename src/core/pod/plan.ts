import type { Tick } from '../../lib/time.ts';
import type { Wait } from '../reasons.ts';
import type { Action } from './action.ts';
import type { Stage } from './stage.ts';

/** What should be in flight now for one pod, what it waits for, and when to plan again without a new fact. */
export interface Plan {
  readonly stage: Stage['kind'];
  readonly actions: readonly Action[];
  readonly waits: readonly Wait[];
  readonly wakeAt?: Tick;
  /** It would start a sandbox or a container now: keeps or asks for a start slot. */
  readonly wantsSlot: boolean;
}
