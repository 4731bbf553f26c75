import type { Clock } from '../clock.ts';
import type { Tick, WallTime } from '../time.ts';

// setTimeout counts in a signed 32-bit integer; a longer wait would fire at once.
const longestTimer = 2 ** 31 - 1;

/** The machine's clocks: CLOCK_MONOTONIC for ticks, CLOCK_REALTIME for wall time. */
export class SystemClock implements Clock {
  now(): Tick {
    return performance.now() as Tick;
  }

  wall(): WallTime {
    return Date.now() as WallTime;
  }

  at(tick: Tick, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      let timer: NodeJS.Timeout;
      const aborted = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const arm = (): void => {
        const left = tick - performance.now();
        if (left <= 0) {
          signal.removeEventListener('abort', aborted);
          resolve();
          return;
        }
        timer = setTimeout(arm, Math.min(Math.ceil(left), longestTimer));
      };
      signal.addEventListener('abort', aborted, { once: true });
      arm();
    });
  }
}
