import type { Clock } from '../../lib/clock.ts';
import { after, type Milliseconds, milliseconds } from '../../lib/time.ts';
import type { Logger } from '../../ports/logger.ts';
import { PortError } from '../../ports/port-error.ts';

const shortest: Milliseconds = milliseconds(100);
const longest: Milliseconds = milliseconds(5000);

/** Waits that double from 100 ms to 5 s until `reset`. */
export class BackOff {
  readonly #clock: Clock;
  #wait: Milliseconds = shortest;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reset(): void {
    this.#wait = shortest;
  }

  async pause(signal: AbortSignal): Promise<void> {
    const wait = this.#wait;
    this.#wait = milliseconds(Math.min(wait * 2, longest));
    await this.#clock.at(after(this.#clock.now(), wait), signal);
  }
}

/** Tries until it succeeds; the same failure is told once. Rejects only with the signal's reason or a bug. */
export async function untilDone<Value>(
  attempt: (signal: AbortSignal) => Promise<Value>,
  { clock, logger, onFailure }: { clock: Clock; logger: Logger; onFailure?: (message: string) => void },
  signal: AbortSignal,
): Promise<Value> {
  const backOff = new BackOff(clock);
  let told = '';
  while (true) {
    try {
      return await attempt(signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof PortError)) throw error;
      if (error.message !== told) logger.warn(error.message, { kind: error.kind });
      told = error.message;
      onFailure?.(error.message);
    }
    await backOff.pause(signal);
  }
}
