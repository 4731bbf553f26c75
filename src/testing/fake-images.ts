import type { ImageSeen } from '../core/pod/seen.ts';
import { type Milliseconds, milliseconds } from '../lib/time.ts';
import type { ImageFilesystem, ImageRow, Images, Ingest, PullProgress } from '../ports/images.ts';
import { PortError } from '../ports/port-error.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';

/** An image as the fake registry has it. */
export interface FakeImage {
  readonly id: string;
  readonly uid?: number;
  readonly username?: string;
  readonly bytes?: number;
  /** How long a pull takes. */
  readonly takes?: Milliseconds;
  /** A pull is refused, or the registry is away. */
  readonly fails?: 'refused' | 'unavailable';
}

interface Pull {
  readonly image: FakeImage;
  readonly from: number;
}

/** The images of a runtime, and a registry that it pulls from. An abort ends a pull. */
export class FakeImages implements Images, PullProgress {
  readonly #calls: FakeCalls;
  readonly #registry = new Map<string, FakeImage>();
  readonly #present = new Map<string, FakeImage>();
  readonly #pulls = new Map<string, Pull>();
  /** References in the order in which pulls began. */
  readonly pulled: string[] = [];
  /** References whose pull was aborted. */
  readonly aborted: string[] = [];

  constructor(world: FakeWorld) {
    this.#calls = new FakeCalls('images', world);
  }

  /** Puts an image into the registry. */
  publish(reference: string, image: Partial<FakeImage> = {}): void {
    this.#registry.set(reference, { id: `sha256:${reference}`, ...image });
  }

  /** Puts an image into the registry and the runtime. */
  load(reference: string, image: Partial<FakeImage> = {}): void {
    this.publish(reference, image);
    this.#present.set(reference, { id: `sha256:${reference}`, ...image });
  }

  /** Somebody else removes an image from the runtime. */
  drop(reference: string): void {
    this.#present.delete(reference);
  }

  /** Whether the runtime has an image by this id or reference. */
  has(id: string): boolean {
    return this.#present.has(id) || [...this.#present.values()].some((image) => image.id === id);
  }

  status(reference: string, signal: AbortSignal): Promise<ImageSeen> {
    return this.#calls.perform({ method: 'imageStatus', target: reference }, () => this.#seen(reference), signal);
  }

  pull(reference: string, signal: AbortSignal): Promise<ImageSeen> {
    this.pulled.push(reference);
    return this.#calls.perform({ method: 'pullImage', target: reference }, () => this.#pull(reference, signal), signal);
  }

  list(signal: AbortSignal): Promise<readonly ImageRow[]> {
    const rows = (): readonly ImageRow[] =>
      [...this.#present].map(([reference, image]) => ({
        id: image.id,
        tags: [reference],
        digests: [],
        bytes: image.bytes ?? 1,
        pinned: false,
      }));
    return this.#calls.perform({ method: 'listImages', target: '' }, rows, signal);
  }

  filesystems(signal: AbortSignal): Promise<readonly ImageFilesystem[]> {
    const found = (): readonly ImageFilesystem[] => {
      const usedBytes = [...this.#present.values()].reduce((sum, { bytes = 1 }) => sum + bytes, 0);
      return [{ path: '/var/lib/runtime', usedBytes }];
    };
    return this.#calls.perform({ method: 'imageFilesystems', target: '' }, found, signal);
  }

  remove(id: string, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      for (const [reference, image] of this.#present) {
        if (image.id === id || reference === id) this.#present.delete(reference);
      }
    };
    return this.#calls.perform({ method: 'removeImage', target: id }, effect, signal);
  }

  async read(signal: AbortSignal): Promise<readonly Ingest[]> {
    signal.throwIfAborted();
    const now = this.#calls.world.clock.now();
    return [...this.#pulls.values()].map(({ image, from }) => {
      const total = image.bytes ?? 1;
      const part = Math.min(1, (now - from) / Math.max(1, image.takes ?? 1));
      return { ref: `layer-${image.id}`, doneBytes: Math.floor(total * part), totalBytes: total };
    });
  }

  #seen(reference: string): ImageSeen {
    const image = this.#present.get(reference);
    if (image === undefined) return { kind: 'absent' };
    return {
      kind: 'present',
      id: image.id,
      ...(image.uid === undefined ? {} : { uid: image.uid }),
      ...(image.username === undefined ? {} : { username: image.username }),
      pulledFor: [],
    };
  }

  async #pull(reference: string, signal: AbortSignal): Promise<ImageSeen> {
    const image = this.#registry.get(reference);
    if (image === undefined) {
      throw new PortError('absent', `cannot pull ${reference}: the registry does not have it`);
    }
    this.#pulls.set(reference, { image, from: this.#calls.world.clock.now() });
    try {
      await this.#calls.wait(image.takes ?? milliseconds(1), signal);
    } catch (error) {
      this.aborted.push(reference);
      throw error;
    } finally {
      this.#pulls.delete(reference);
    }
    if (image.fails !== undefined) {
      throw new PortError(image.fails, `cannot pull ${reference}: the registry said ${image.fails}`);
    }
    this.#present.set(reference, image);
    return this.#seen(reference);
  }
}
