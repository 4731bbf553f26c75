import { type Action, abortMeaning } from '../core/pod/action.ts';
import type { Done, Result } from '../core/pod/fact.ts';
import { assert } from '../lib/assert.ts';
import { PortError } from '../ports/port-error.ts';

/** What an executor gives back: what was done, or that its input was out of date and nothing was. */
export type Executed = Done | 'stale';

export interface InFlightOptions {
  /** Begins an action; its synchronous part runs within `become`. */
  readonly execute: (action: Action, signal: AbortSignal) => Promise<Executed>;
  /** Told of each outcome that matters, never within `become`. */
  readonly ended: (action: Action, result: Result) => void;
  /** Told of an exception that is no failure of the outside: a bug. */
  readonly broke: (error: unknown) => void;
}

interface Running {
  readonly action: Action;
  readonly controller: AbortController;
  /** Its outcome no longer matters to anybody. */
  ignored: boolean;
}

/** What changes when a plan takes the place of the one before. */
export interface Difference {
  /** They are not planned any more, and are not let finish. */
  readonly leaving: readonly Action[];
  readonly starting: readonly Action[];
}

/**
 * What must leave and what must start, so that what runs is what is planned. What is let finish stays; it holds its
 * target until it has ended.
 */
export function difference(running: readonly Action[], planned: readonly Action[]): Difference {
  const keys = new Set(planned.map(({ key }) => key));
  assert(keys.size === planned.length, 'two actions of one plan have the same key');
  const leaving = running.filter(({ key, kind }) => !keys.has(key) && abortMeaning[kind] !== 'finish');
  const staying = running.filter((action) => !leaving.includes(action));
  const held = new Set(staying.map(({ target }) => target));
  // What has the key of something under way is that, even where its target has changed: a dead sandbox became the newest.
  const same = new Set(staying.map(({ key }) => key));
  return { leaving, starting: planned.filter(({ key, target }) => !held.has(target) && !same.has(key)) };
}

/** What one pod has under way. `become` makes it equal to what is planned, both ways. */
export class InFlight {
  readonly #options: InFlightOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Keys of what is under way, those that left the plan and are let finish among them. */
  get keys(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** Actions under way, in the order of their start. */
  get actions(): readonly Action[] {
    return [...this.#running.values()].map(({ action }) => action);
  }

  /**
   * Starts what is new, lets go on what stays, and aborts what left as its kind says (`abortMeaning`).
   *
   * An action whose target is held by one that is let finish does not start: the outcome of that one comes first, and
   * with it the next plan.
   */
  become(planned: readonly Action[]): void {
    const { leaving, starting } = difference(this.actions, planned);
    for (const action of leaving) this.#leave(action);
    for (const action of starting) this.#start(action);
  }

  /** Aborts everything and hears of nothing any more: the agent ends, what runs on the outside stays. */
  abandon(reason: unknown): void {
    for (const running of this.#running.values()) {
      running.ignored = true;
      running.controller.abort(reason);
    }
    this.#running.clear();
  }

  #leave({ key, kind }: Action): void {
    const running = this.#running.get(key);
    assert(running !== undefined, `${key} is under way`);
    this.#running.delete(key);
    running.ignored = abortMeaning[kind] === 'drop';
    running.controller.abort(new Error(`no longer planned: ${key}`));
  }

  #start(action: Action): void {
    assert(!this.#running.has(action.key), `${action.key} is under way already`);
    const running: Running = { action, controller: new AbortController(), ignored: false };
    this.#running.set(action.key, running);
    void this.#run(running).then((result) => {
      if (this.#running.get(action.key) === running) this.#running.delete(action.key);
      if (!running.ignored) this.#options.ended(action, result);
    }, this.#options.broke);
  }

  async #run({ action, controller }: Running): Promise<Result> {
    try {
      const value = await this.#options.execute(action, controller.signal);
      return value === 'stale' ? { ok: false, stale: true } : { ok: true, value };
    } catch (error) {
      if (controller.signal.aborted) return { ok: false, aborted: true };
      if (error instanceof PortError) return { ok: false, failure: { kind: error.kind, message: error.message } };
      throw error;
    }
  }
}
