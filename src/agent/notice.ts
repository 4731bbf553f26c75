/**
 * Wakes those who wait for a change. It keeps no content: whoever is woken looks for himself, so nothing can queue up.
 */
export class Notice {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** How often it was given; a reader compares it with what it saw last. */
  get count(): number {
    return this.#count;
  }

  give(): void {
    this.#count += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Resolves with the new count once it differs from `seen`; rejects with the signal's reason. */
  async after(seen: number, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    if (this.#count === seen) await this.#next(signal);
    return this.#count;
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        this.#waiting.delete(wake);
        reject(signal.reason);
      };
      const wake = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve();
      };
      signal.addEventListener('abort', aborted, { once: true });
      this.#waiting.add(wake);
    });
  }
}
