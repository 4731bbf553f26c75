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
    const keys = new Set(planned.map((action) => action.key));
    assert(keys.size === planned.length, 'two actions of one plan have the same key');
    for (const running of [...this.#running.values()]) {
      if (!keys.has(running.action.key)) this.#leave(running);
    }
    const held = new Set([...this.#running.values()].map(({ action }) => action.target));
    for (const action of planned) {
      if (this.#running.has(action.key) || held.has(action.target)) continue;
      this.#start(action);
    }
  }

  /** Aborts everything and hears of nothing any more: the agent ends, what runs on the outside stays. */
  abandon(reason: unknown): void {
    for (const running of this.#running.values()) {
      running.ignored = true;
      running.controller.abort(reason);
    }
    this.#running.clear();
  }

  #leave(running: Running): void {
    const meaning = abortMeaning[running.action.kind];
    if (meaning === 'finish') return;
    this.#running.delete(running.action.key);
    running.ignored = meaning === 'drop';
    running.controller.abort(new Error(`no longer planned: ${running.action.key}`));
  }

  #start(action: Action): void {
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
