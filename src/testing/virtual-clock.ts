import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import type { Milliseconds, Tick, WallTime } from '../lib/time.ts';

interface Waiter {
  readonly tick: Tick;
  readonly fire: () => void;
}

/**
 * A clock that a test moves by hand. Nothing that waits on it takes real time.
 *
 * Waiters fire in the order of their ticks, then of their asking, and everything that one sets off has run before the
 * next fires: the same program does the same things in the same order each time.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #wallAhead: number;
  readonly #waiters: Waiter[] = [];

  /** `start` is the wall time at tick 0. */
  constructor(start: WallTime = Date.UTC(2026, 0, 1) as WallTime) {
    this.#wallAhead = start;
  }

  now(): Tick {
    return this.#now as Tick;
  }

  wall(): WallTime {
    return (this.#wallAhead + Math.floor(this.#now)) as WallTime;
  }

  at(tick: Tick, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (tick <= this.#now) {
        resolve();
        return;
      }
      const aborted = (): void => {
        const place = this.#waiters.indexOf(waiter);
        if (place >= 0) this.#waiters.splice(place, 1);
        reject(signal.reason);
      };
      const fire = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      const waiter: Waiter = { tick, fire };
      signal.addEventListener('abort', aborted, { once: true });
      this.#insert(waiter);
    });
  }

  /** The earliest moment that somebody waits for. */
  get next(): Tick | undefined {
    return this.#waiters[0]?.tick;
  }

  /** Runs all that can run without time passing. */
  async settle(): Promise<void> {
    // A macrotask comes after every microtask, however many they beget; the fakes use nothing else.
    await macrotask();
  }

  /** Lets `wait` pass and everything happen that is due within it. */
  async advance(wait: Milliseconds): Promise<void> {
    await this.advanceTo((this.#now + wait) as Tick);
  }

  /** Lets time pass up to `end`. */
  async advanceTo(end: Tick): Promise<void> {
    await this.settle();
    while (await this.step(end)) {
      // Each step moves to the next waiter.
    }
    this.#now = Math.max(this.#now, end);
    await this.settle();
  }

  /** Moves to the next waiter and runs what it sets off; false when none is due by `end`. */
  async step(end: Tick = Number.POSITIVE_INFINITY as Tick): Promise<boolean> {
    const waiter = this.#waiters[0];
    if (waiter === undefined || waiter.tick > end) return false;
    this.#waiters.shift();
    this.#now = Math.max(this.#now, waiter.tick);
    waiter.fire();
    await this.settle();
    return true;
  }

  /** Sets the wall clock forward or, with a negative wait, back; ticks do not notice. */
  jumpWall(by: Milliseconds): void {
    this.#wallAhead += by;
  }

  #insert(waiter: Waiter): void {
    let place = this.#waiters.length;
    while (place > 0) {
      const before = this.#waiters[place - 1];
      if (before === undefined || before.tick <= waiter.tick) break;
      place -= 1;
    }
    this.#waiters.splice(place, 0, waiter);
  }
}
