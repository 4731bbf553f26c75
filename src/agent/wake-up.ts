import type { Clock } from '../lib/clock.ts';
import type { Tick } from '../lib/time.ts';

/**
 * The one timer that all pods share.
 *
 * An earlier moment sets another timer and lets the later one fire for nothing: that costs one comparison, and a timer
 * that can be taken back would need a controller of its own.
 */
export class WakeUp {
  readonly #clock: Clock;
  readonly #wake: () => void;
  readonly #signal: AbortSignal;
  #armed: Tick | undefined;

  constructor(clock: Clock, wake: () => void, signal: AbortSignal) {
    this.#clock = clock;
    this.#wake = wake;
    this.#signal = signal;
  }

  /** Makes sure that `wake` is called no later than at `tick`. */
  by(tick: Tick | undefined): void {
    if (tick === undefined || (this.#armed !== undefined && this.#armed <= tick)) return;
    this.#armed = tick;
    this.#clock.at(tick, this.#signal).then(
      () => {
        if (this.#armed === tick) this.#armed = undefined;
        this.#wake();
      },
      () => undefined,
    );
  }
}
