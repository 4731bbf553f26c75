import type { ImageSeen } from '../../core/pod/seen.ts';
import type { Clock } from '../../lib/clock.ts';
import { Scope } from '../../lib/scope.ts';
import type { WallTime } from '../../lib/time.ts';
import type { Images } from '../../ports/images.ts';
import { Notice } from '../notice.ts';

/** A pull that is under way or stands in the queue. */
export interface PullView {
  readonly image: string;
  /** "namespace/name" of the pods that wait for it. */
  readonly pods: readonly string[];
  readonly since: WallTime;
  readonly started: boolean;
}

interface Waiter {
  readonly pod: string;
  readonly resolve: (image: ImageSeen) => void;
  readonly reject: (error: unknown) => void;
}

interface Pull {
  readonly image: string;
  readonly since: WallTime;
  readonly waiters: Set<Waiter>;
  scope: Scope | undefined;
}

/**
 * Pulls of all pods: each image once at a time whoever asks, a bounded number at once, in the order of asking. A pull
 * ends when the last pod that waits for it has left.
 */
export class Pulls {
  readonly #images: Images;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #lifetime: AbortSignal;
  readonly #pulls = new Map<string, Pull>();
  /** Given when a pull begins or ends. */
  readonly changed: Notice = new Notice();

  constructor(most: number, ports: { readonly images: Images; readonly clock: Clock }, lifetime: AbortSignal) {
    this.#most = most;
    this.#images = ports.images;
    this.#clock = ports.clock;
    this.#lifetime = lifetime;
  }

  get views(): readonly PullView[] {
    return [...this.#pulls.values()].map(({ image, since, waiters, scope }) => ({
      image,
      since,
      pods: [...new Set([...waiters].map(({ pod }) => pod))],
      started: scope !== undefined,
    }));
  }

  /** Joins the pull of this image, or asks for one. Rejects as `Images.pull` does; leaving does not disturb the others. */
  pull(image: string, pod: string, signal: AbortSignal): Promise<ImageSeen> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const pull = this.#pulls.get(image) ?? this.#ask(image);
      const leave = (): void => {
        pull.waiters.delete(waiter);
        if (pull.waiters.size === 0) this.#end(pull);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        pod,
        resolve: (value) => {
          signal.removeEventListener('abort', leave);
          resolve(value);
        },
        reject: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      pull.waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
      this.#startSome();
    });
  }

  #ask(image: string): Pull {
    const pull: Pull = { image, since: this.#clock.wall(), waiters: new Set(), scope: undefined };
    this.#pulls.set(image, pull);
    return pull;
  }

  #startSome(): void {
    const pulls = [...this.#pulls.values()];
    let free = this.#most - pulls.filter(({ scope }) => scope !== undefined).length;
    for (const pull of pulls) {
      if (free < 1) break;
      if (pull.scope !== undefined) continue;
      this.#start(pull);
      free -= 1;
    }
    this.changed.give();
  }

  #start(pull: Pull): void {
    const scope = new Scope(this.#lifetime);
    pull.scope = scope;
    scope.spawn(async (signal) => {
      try {
        const seen = await this.#images.pull(pull.image, signal);
        this.#settle(pull, (waiter) => waiter.resolve(seen));
      } catch (error) {
        this.#settle(pull, (waiter) => waiter.reject(error));
      }
    });
  }

  #settle(pull: Pull, tell: (waiter: Waiter) => void): void {
    for (const waiter of pull.waiters) tell(waiter);
    pull.waiters.clear();
    this.#end(pull);
  }

  #end(pull: Pull): void {
    if (this.#pulls.get(pull.image) === pull) this.#pulls.delete(pull.image);
    // Disposal aborts the pull; its task never rejects, and nobody has to wait for it.
    void pull.scope?.[Symbol.asyncDispose]();
    this.#startSome();
  }
}
