import type { Tick, WallTime } from './time.ts';

/** Both clocks and the only way to wait; the simulator owns all three. */
export interface Clock {
  now(): Tick;
  wall(): WallTime;
  /** Resolves once `now()` has reached `tick`; rejects with the signal's reason when aborted first. */
  at(tick: Tick, signal: AbortSignal): Promise<void>;
}
