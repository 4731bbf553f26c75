import type { Kept } from '../core/pod/kept.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Clock } from '../lib/clock.ts';
import { after, type Milliseconds, seconds } from '../lib/time.ts';
import type { Logger } from '../ports/logger.ts';
import { PortError } from '../ports/port-error.ts';
import type { Store } from '../ports/store.ts';
import { decodeKept, encodeKept } from './ledger-row.ts';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Loaded {
  readonly rows: ReadonlyMap<PodUid, Kept>;
  /** Rows that could not be read, in words; they are set aside and the pod is taken as unknown. */
  readonly problems: readonly string[];
}

// Rows that could not be read are kept under this name, for whoever wants to know what was in them.
const asidePrefix = 'unreadable-';

// Before deletions that failed are tried again.
const pause: Milliseconds = seconds(1);

/**
 * What a crash must not lose: one row a pod. Writes that come while another is flushed share the next flush.
 */
export class Ledger {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lifetime: AbortSignal;
  #batch = new Map<string, string | undefined>();
  #waiters: Waiter[] = [];
  #flushing = false;

  constructor(
    { store, clock, logger }: { readonly store: Store; readonly clock: Clock; readonly logger: Logger },
    lifetime: AbortSignal,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#lifetime = lifetime;
  }

  /** Reads all rows. A row that cannot be read is set aside and reported, never an error. */
  async load(signal: AbortSignal): Promise<Loaded> {
    const { rows, broken } = await this.#store.load(signal);
    const problems = broken.map((key) => `the ledger's row ${key} cannot be read and is set aside`);
    const loaded = new Map<PodUid, Kept>();
    for (const [key, text] of rows) {
      if (key.startsWith(asidePrefix)) continue;
      const decoded = decodeKept(text, { now: this.#clock.now(), wall: this.#clock.wall() });
      if (decoded.ok) {
        loaded.set(key as PodUid, decoded.kept);
        continue;
      }
      problems.push(`the ledger's row ${key} is set aside: ${decoded.reason}`);
      this.#batch.set(key, undefined);
      this.#batch.set(`${asidePrefix}${key}`, text);
    }
    if (this.#batch.size > 0) void this.#flush();
    return { rows: loaded, problems };
  }

  /** Resolves once the row is durable. Rejects with a PortError: then what stands there is the old row or the new one. */
  write(uid: PodUid, kept: Kept): Promise<void> {
    this.#batch.set(uid, encodeKept(kept, { now: this.#clock.now(), wall: this.#clock.wall() }));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      void this.#flush();
    });
  }

  /** Deletes a row, now or when the store can. */
  forget(uid: PodUid): void {
    this.#batch.set(uid, undefined);
    void this.#flush();
  }

  // One microtask later, so that all rows of one turn share the first flush.
  async #flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    await undefined;
    while (this.#batch.size > 0 && !this.#lifetime.aborted) {
      const failed = !(await this.#flushOnce());
      // Only deletions are left, and nobody waits for them.
      if (failed && this.#waiters.length === 0) {
        void this.#flushLater();
        break;
      }
    }
    this.#flushing = false;
    if (this.#lifetime.aborted) this.#giveUp();
  }

  /** The agent ends: nobody flushes any more what came during the last flush. */
  #giveUp(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(this.#lifetime.reason);
  }

  async #flushOnce(): Promise<boolean> {
    const batch = this.#batch;
    const waiters = this.#waiters;
    this.#batch = new Map();
    this.#waiters = [];
    try {
      await this.#store.write(batch, this.#lifetime);
      for (const { resolve } of waiters) resolve();
      return true;
    } catch (error) {
      for (const { reject } of waiters) reject(error);
      if (error instanceof PortError) this.#logger.warn('the ledger could not be written', { error: error.message });
      // Whoever wrote decides what comes next; whoever deleted does not look again.
      for (const [key, row] of batch) {
        if (row === undefined && !this.#batch.has(key)) this.#batch.set(key, row);
      }
      return false;
    }
  }

  async #flushLater(): Promise<void> {
    try {
      await this.#clock.at(after(this.#clock.now(), pause), this.#lifetime);
    } catch {
      // The agent ends; the next start finds the row, and that nothing is left of its pod.
      return;
    }
    await this.#flush();
  }
}
