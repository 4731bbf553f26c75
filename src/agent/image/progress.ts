import type { Clock } from '../../lib/clock.ts';
import { after, between, type Milliseconds, milliseconds, type Tick } from '../../lib/time.ts';
import type { Ingest, PullProgress } from '../../ports/images.ts';
import type { Logger } from '../../ports/logger.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Pulls } from './pulls.ts';

// Often enough for a moving figure; only while an image is pulled.
const interval: Milliseconds = milliseconds(500);

/** Bytes of the one pull that is under way. */
export interface Bytes {
  readonly image: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
}

/**
 * Reads the bytes of a pull while there is one. The runtime lists blobs without saying what image they are of: with
 * several pulls at once nothing is told.
 */
export class Progress {
  readonly #pulls: Pulls;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #blobs = new Map<string, Ingest>();
  #since: Tick | undefined;
  #bytes: Bytes | undefined;

  constructor(pulls: Pulls, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#pulls = pulls;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Absent while nothing, or more than one image, is pulled. */
  get bytes(): Bytes | undefined {
    return this.#bytes;
  }

  async keep(progress: PullProgress, signal: AbortSignal): Promise<void> {
    while (true) {
      const seen = this.#pulls.changed.count;
      const started = this.#pulls.views.filter((pull) => pull.started);
      const [only] = started;
      if (only === undefined || started.length > 1) {
        this.#forget();
        await this.#pulls.changed.after(seen, signal);
        continue;
      }
      if (this.#bytes?.image !== only.image) this.#forget();
      await this.#read(only.image, progress, signal);
      await this.#clock.at(after(this.#clock.now(), interval), signal);
    }
  }

  async #read(image: string, progress: PullProgress, signal: AbortSignal): Promise<void> {
    let found: readonly Ingest[];
    try {
      found = await progress.read(signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof PortError)) throw error;
      this.#logger.debug('the bytes of a pull cannot be read', { image, error: error.message });
      return;
    }
    const now = this.#clock.now();
    this.#since ??= now;
    // A blob that is not listed any more is complete.
    for (const [ref, blob] of this.#blobs) this.#blobs.set(ref, { ...blob, doneBytes: blob.totalBytes });
    for (const blob of found) this.#blobs.set(blob.ref, blob);
    const blobs = [...this.#blobs.values()];
    const doneBytes = blobs.reduce((sum, blob) => sum + blob.doneBytes, 0);
    const totalBytes = blobs.reduce((sum, blob) => sum + Math.max(blob.totalBytes, blob.doneBytes), 0);
    const spent = between(this.#since, now) / 1000;
    this.#bytes = { image, doneBytes, totalBytes, bytesPerSecond: spent > 0 ? Math.round(doneBytes / spent) : 0 };
    this.#pulls.changed.give();
  }

  #forget(): void {
    this.#blobs = new Map();
    this.#since = undefined;
    this.#bytes = undefined;
  }
}
