import type { Clock } from '../../lib/clock.ts';
import { Scope } from '../../lib/scope.ts';
import type { Tick } from '../../lib/time.ts';

/** Wakes one waiter; a ring that nobody waits for is kept for the next one. */
export class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring (true), or at `tick` (false). */
  async wait(clock: Clock, tick: Tick, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (!this.#rung) {
      await using scope = new Scope(signal);
      const { resolve, promise } = Promise.withResolvers<void>();
      this.#wake = resolve;
      scope.spawn(async (ended) => {
        try {
          await clock.at(tick, ended);
        } finally {
          // At the tick, and when the signal is aborted: then nobody rings any more.
          resolve();
        }
      });
      await promise;
      this.#wake = undefined;
    }
    signal.throwIfAborted();
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }
}
