import type { LineLog, Store } from '../ports/store.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';

/** Durable rows that survive a crash of the agent; a batch that was not flushed when it crashed is lost. */
export class FakeStore implements Store {
  /** What is on stable storage. A test may put garbage here. */
  readonly rows: Map<string, string> = new Map();
  readonly #calls: FakeCalls;
  readonly #name: string;
  #life = 0;

  /** `name` stands before the keys in the trace, to tell two stores of one machine apart. */
  constructor(world: FakeWorld, name = '') {
    this.#calls = new FakeCalls('store', world);
    this.#name = name;
  }

  /** The writer dies: batches under way never reach stable storage. */
  crash(): void {
    this.#life += 1;
  }

  load(
    signal: AbortSignal,
  ): Promise<{ readonly rows: ReadonlyMap<string, string>; readonly broken: readonly string[] }> {
    const effect = (): { rows: ReadonlyMap<string, string>; broken: readonly string[] } => ({
      rows: new Map(this.rows),
      broken: [],
    });
    return this.#calls.perform({ method: 'load', target: this.#name }, effect, signal);
  }

  write(batch: ReadonlyMap<string, string | undefined>, signal: AbortSignal): Promise<void> {
    const life = this.#life;
    const copy = new Map(batch);
    const effect = (): void => {
      if (life !== this.#life) return;
      for (const [key, row] of copy) {
        if (row === undefined) this.rows.delete(key);
        else this.rows.set(key, row);
      }
    };
    return this.#calls.perform(
      { method: 'write', target: `${this.#name}${[...batch.keys()].join(' ')}` },
      effect,
      signal,
    );
  }
}

/** Keeps the lines it is given. */
export class FakeLineLog implements LineLog {
  readonly lines: string[] = [];

  append(line: string): void {
    this.lines.push(line);
  }
}
