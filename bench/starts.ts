import { CriChannel } from '../src/adapters/cri/channel.ts';
import { CriWatch } from '../src/adapters/cri/watch.ts';
import { seconds } from '../src/lib/time.ts';

/**
 * Hears from the runtime itself when containers start and sandboxes go, so that the agent that is measured is asked nothing.
 *
 * Each pod has a sandbox and one container: its second start is the container's, its last deletion the sandbox's.
 */
export class Starts {
  readonly #started = new Map<string, number[]>();
  readonly #deleted = new Map<string, number>();
  readonly #end = new AbortController();
  readonly #reading: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(socket: string) {
    const channel = new CriChannel({ socket, requestTimeout: seconds(120) });
    this.#reading = this.#read(new CriWatch(channel)).finally(() => channel[Symbol.dispose]());
  }

  /** Resolves with the moment (performance.now) at which `pods` pods had their container running. */
  async running(pods: number): Promise<number> {
    const moments = (): readonly number[] =>
      [...this.#started.values()].map((starts) => starts[1]).filter((at) => at !== undefined);
    await this.#until(() => moments().length >= pods);
    return Math.max(...moments());
  }

  /** Moments at which containers started, in no order. */
  get moments(): readonly number[] {
    return [...this.#started.values()].map((starts) => starts[1]).filter((at) => at !== undefined);
  }

  /** Resolves with the moment at which the last of `pods` sandboxes was removed. */
  async gone(pods: number): Promise<number> {
    await this.#until(() => this.#deleted.size >= pods);
    return Math.max(...this.#deleted.values());
  }

  /** Forgets all that was heard. */
  reset(): void {
    this.#started.clear();
    this.#deleted.clear();
  }

  async end(): Promise<void> {
    this.#end.abort(new Error('measured'));
    await this.#reading;
  }

  async #read(watch: CriWatch): Promise<void> {
    try {
      for await (const event of watch.events(this.#end.signal)) {
        const now = performance.now();
        if (event.kind === 'started') this.#started.set(event.uid, [...(this.#started.get(event.uid) ?? []), now]);
        if (event.kind === 'deleted') this.#deleted.set(event.uid, now);
        this.#wake();
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    }
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
