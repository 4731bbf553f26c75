import { PortError } from '../ports/port-error.ts';
import type { RuntimeEvent } from '../ports/runtime.ts';

interface Watcher {
  readonly queue: RuntimeEvent[];
  wake: () => void;
  broken: boolean;
}

/** The event streams of the fake runtime: each reader has its own queue; a break ends them all. */
export class FakeRuntimeEvents {
  readonly #watchers = new Set<Watcher>();

  /** How many read now. */
  get readers(): number {
    return this.#watchers.size;
  }

  emit(event: RuntimeEvent): void {
    for (const watcher of this.#watchers) {
      watcher.queue.push(event);
      watcher.wake();
    }
  }

  /** Ends all streams; what was not read yet is lost. */
  break(): void {
    for (const watcher of this.#watchers) {
      watcher.queue.length = 0;
      watcher.broken = true;
      watcher.wake();
    }
  }

  async *read(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    const watcher: Watcher = { queue: [], wake: () => undefined, broken: false };
    this.#watchers.add(watcher);
    const wake = (): void => watcher.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (true) {
        signal.throwIfAborted();
        const event = watcher.queue.shift();
        if (event !== undefined) {
          yield event;
          continue;
        }
        if (watcher.broken) throw new PortError('unavailable', 'cannot read runtime events: the stream was broken');
        await new Promise<void>((resolve) => {
          watcher.wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#watchers.delete(watcher);
    }
  }
}
