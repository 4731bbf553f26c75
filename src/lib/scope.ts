/**
 * Owns tasks: leaving the block (`await using`) aborts them all and waits for each.
 *
 * A task that fails by itself aborts the others and makes the disposal reject with its error.
 */
export class Scope implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #outer: AbortSignal;
  readonly #endWithOuter = (): void => this.#controller.abort(this.#outer.reason);

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.#endWithOuter();
    else outer.addEventListener('abort', this.#endWithOuter, { once: true });
  }

  /** Aborted when the scope ends, when the outer signal is, or when a task has failed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts a task that lives no longer than the scope; its end by abort is not a failure. */
  spawn(task: (signal: AbortSignal) => Promise<void>): void {
    const running = this.#run(task).finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  async #run(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await task(this.signal);
    } catch (error) {
      if (this.signal.aborted) return;
      this.#failures.push(error);
      this.#controller.abort(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outer.removeEventListener('abort', this.#endWithOuter);
    this.#controller.abort(new Error('the scope has ended'));
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
    if (this.#failures.length === 1) throw this.#failures[0];
    if (this.#failures.length > 1) throw new AggregateError(this.#failures, 'several tasks of one scope failed');
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
