import type { Kept } from '../../core/pod/kept.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { PodStatus } from '../../kube/pod-status.ts';
import type { Clock } from '../../lib/clock.ts';
import { after, type Milliseconds, milliseconds, seconds } from '../../lib/time.ts';
import type { Logger } from '../../ports/logger.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Store } from '../../ports/store.ts';
import type { LoopHearer } from '../loop.ts';
import { BackOff } from '../node/back-off.ts';
import { Notice } from '../notice.ts';
import { isWanted, type Row } from '../pod/row.ts';
import { decodeStatus, encodeStatus } from './status-row.ts';

interface StatusPorts {
  readonly statuses: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

// From the first change to its flush: what changes in one breath is written once.
const settling: Milliseconds = milliseconds(500);
// Between two flushes, so that a hundred pods that start together cost a handful of them.
const pause: Milliseconds = milliseconds(seconds(2) - settling);

// Reading is tried so often, in 1.5 s; then the pods come first.
const mostTries = 5;

/**
 * What was told last of each pod, kept over restarts of the agent: the times of conditions, the addresses of pods that
 * have ended and the ends of containers that the runtime has dropped are known from nowhere else.
 *
 * It is written behind what happens and never before an action: a crash loses at most the changes of the last two
 * seconds, and the next status is computed from older ones. It stands in a store of its own, so that no record of the
 * ledger waits for it.
 */
export class ToldStatuses implements LoopHearer {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  // What the store holds, as far as we know.
  readonly #written = new Map<PodUid, string>();
  // Pods whose status may differ from what is written; nothing is said for those that are gone.
  readonly #pending = new Map<PodUid, Row | undefined>();
  readonly #changed: Notice = new Notice();
  #loaded = false;

  constructor({ statuses, clock, logger }: StatusPorts) {
    this.#store = statuses;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * What an earlier life told last of the pods that the ledger knows. A row that cannot be read is left out with a
   * warning; so are all of them when the store cannot be read. Rejects only with the signal's reason.
   */
  async load(ledger: ReadonlyMap<PodUid, Kept>, signal: AbortSignal): Promise<ReadonlyMap<PodUid, PodStatus>> {
    const found = new Map<PodUid, PodStatus>();
    for (const [uid, text] of await this.#read(signal)) {
      this.#written.set(uid, text);
      const decoded = decodeStatus(text);
      if (!decoded.ok) this.#logger.warn(`what was told last of pod ${uid} is left out: ${decoded.reason}`);
      // Another life of this UID, or one that the ledger has forgotten: nothing of it may be told of the next.
      if (decoded.ok && ledger.get(uid)?.startTime === decoded.row.startTime) found.set(uid, decoded.row.status);
      else this.#change(uid, undefined);
    }
    return found;
  }

  wanted(): void {
    // Nothing was told yet.
  }

  learned(): void {
    // What follows from it is planned.
  }

  planned(row: Row): void {
    // What its source has dropped may come back before anything of its end is recorded: then it has not ended.
    if (isWanted(row)) this.#change(row.uid, row);
  }

  gone({ uid }: Row): void {
    this.#change(uid, undefined);
  }

  /** Writes what has changed, a little later. Waits without any timer while nothing does. */
  async keep(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#clock);
    let warned = false;
    while (true) {
      if (this.#pending.size === 0) await this.#changed.after(this.#changed.count, signal);
      await this.#wait(settling, signal);
      const failure = await this.#flush(signal);
      if (failure === undefined) {
        warned = false;
        backOff.reset();
        await this.#wait(pause, signal);
        continue;
      }
      if (!warned) this.#logger.warn('what was told of pods could not be written', { error: failure.message });
      warned = true;
      await backOff.pause(signal);
    }
  }

  async #read(signal: AbortSignal): Promise<ReadonlyMap<PodUid, string>> {
    const backOff = new BackOff(this.#clock);
    for (let tries = 1; ; tries += 1) {
      try {
        const { rows, broken } = await this.#store.load(signal);
        this.#loaded = true;
        for (const key of broken) this.#logger.warn(`what was told last of some pods cannot be read: ${key}`);
        return rows as ReadonlyMap<PodUid, string>;
      } catch (error) {
        if (signal.aborted || !(error instanceof PortError)) throw error;
        if (tries === mostTries) {
          this.#logger.warn('what was told last of pods is not known', { error: error.message });
          return new Map();
        }
      }
      await backOff.pause(signal);
    }
  }

  #change(uid: PodUid, row: Row | undefined): void {
    this.#pending.set(uid, row);
    this.#changed.give();
  }

  async #flush(signal: AbortSignal): Promise<PortError | undefined> {
    const changes = new Map(this.#pending);
    this.#pending.clear();
    const batch = new Map<PodUid, string | undefined>();
    for (const [uid, row] of changes) {
      // Dropped by its source since it was planned: see `planned`.
      if (row !== undefined && !isWanted(row)) continue;
      const text = row === undefined ? undefined : textOf(row);
      if (text !== this.#written.get(uid)) batch.set(uid, text);
    }
    if (batch.size === 0) return undefined;
    try {
      // A store is read before it is written; what it held of these pods is of no use any more.
      if (!this.#loaded) await this.#store.load(signal);
      this.#loaded = true;
      await this.#store.write(batch, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof PortError)) throw error;
      for (const [uid, row] of changes) if (!this.#pending.has(uid)) this.#pending.set(uid, row);
      // Nobody knows what stands there now; an empty text differs from all that may come.
      for (const uid of batch.keys()) this.#written.set(uid, '');
      return error;
    }
    for (const [uid, text] of batch) {
      if (text === undefined) this.#written.delete(uid);
      else this.#written.set(uid, text);
    }
    return undefined;
  }

  async #wait(time: Milliseconds, signal: AbortSignal): Promise<void> {
    await this.#clock.at(after(this.#clock.now(), time), signal);
  }
}

// Before the ledger has the pod, nothing of it has begun that another life could not tell as well.
function textOf({ kept, status }: Row): string | undefined {
  return kept.startTime === undefined || status === undefined
    ? undefined
    : encodeStatus({ startTime: kept.startTime, status });
}
