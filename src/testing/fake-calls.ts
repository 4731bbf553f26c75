import type { Clock } from '../lib/clock.ts';
import { type Milliseconds, milliseconds, type Tick } from '../lib/time.ts';
import { PortError } from '../ports/port-error.ts';

/** One call of a port, as the fakes tell it to whoever injects faults or keeps a trace. */
export interface Call {
  readonly port: 'runtime' | 'images' | 'disk' | 'volumes' | 'cgroups' | 'store' | 'hooks' | 'machine';
  readonly method: string;
  /** What it is about: a name with its attempt, an id, a path, an image. */
  readonly target: string;
  readonly at: Tick;
}

/**
 * What goes wrong with one call.
 *
 * - before: an error refuses it; `hang` does nothing and answers `unknown-outcome` at the deadline; `lost outcome`
 *   answers `unknown-outcome` at once and does the work all the same, later.
 * - before: `never` does nothing and gives no answer: the caller is dead.
 * - after: the work is done; an error or `lost outcome` is told instead of the result, `hang` tells it at the deadline.
 */
export type Fault = 'ok' | PortError | 'hang' | 'lost outcome' | 'never';

export interface Faults {
  before(call: Call): Fault;
  after(call: Call): Fault;
}

/** Nothing goes wrong. */
export const noFaults: Faults = { before: () => 'ok', after: () => 'ok' };

/** How long calls take, and what goes wrong with them; shared by all fakes of one machine. */
export interface FakeWorld {
  readonly clock: Clock;
  /** Replaced while the world runs, when a simulator begins or ends its faults. */
  faults: Faults;
  /** How long a call takes. */
  latency(call: Call): Milliseconds;
  /** Called for each call as it begins. */
  trace(call: Call): void;
}

// What adapters wait for an answer: upstream's runtime request timeout.
const deadline = milliseconds(120_000);

/** A world in which each call takes 1 ms and nothing goes wrong. */
export function quietWorld(clock: Clock): FakeWorld {
  return { clock, faults: noFaults, latency: () => milliseconds(1), trace: () => undefined };
}

// What the agent does itself ends with the agent; the runtime and its images are other processes and go on.
const inProcess: ReadonlySet<Call['port']> = new Set(['disk', 'volumes', 'cgroups', 'store', 'hooks', 'machine']);

const neverAborted: AbortSignal = new AbortController().signal;

/** Runs the calls of one fake port through the world's latencies and faults. */
export class FakeCalls {
  readonly #port: Call['port'];
  readonly world: FakeWorld;

  constructor(port: Call['port'], world: FakeWorld) {
    this.#port = port;
    this.world = world;
  }

  /**
   * Performs `effect` after the call's latency. A caller that leaves gets its signal's reason. In the runtime, which is
   * another process, the effect takes place all the same.
   */
  perform<Value>(
    what: { readonly method: string; readonly target: string },
    effect: () => Value | Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const call: Call = { port: this.#port, ...what, at: this.world.clock.now() };
    this.world.trace(call);
    return leavable(this.#run(call, effect, signal), signal);
  }

  /** Waits, or ends with the signal's reason. */
  async wait(time: Milliseconds, signal: AbortSignal = neverAborted): Promise<void> {
    await this.world.clock.at((this.world.clock.now() + time) as Tick, signal);
  }

  async #run<Value>(call: Call, effect: () => Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
    const before = this.world.faults.before(call);
    if (before instanceof PortError) throw before;
    if (before === 'never') return new Promise<never>(() => undefined);
    if (before === 'hang') {
      await this.wait(deadline);
      throw unknownOutcome(call);
    }
    if (before === 'lost outcome') {
      this.#late(call, effect, signal);
      throw unknownOutcome(call);
    }
    await this.wait(this.world.latency(call));
    if (inProcess.has(this.#port)) signal.throwIfAborted();
    const value = await effect();
    const after = this.world.faults.after(call);
    if (after instanceof PortError) throw after;
    if (after === 'hang') await this.wait(deadline);
    if (after !== 'ok') throw unknownOutcome(call);
    return value;
  }

  #late<Value>(call: Call, effect: () => Value | Promise<Value>, signal: AbortSignal): void {
    this.wait(this.world.latency(call))
      .then(() => (inProcess.has(this.#port) && signal.aborted ? undefined : effect()))
      .catch((error: unknown) => {
        // Nobody waits for the answer any more; only a bug of the fake itself may be heard.
        if (!(error instanceof PortError) && !signal.aborted) throw error;
      });
  }
}

/** The same promise, except that an abort ends the waiting with the signal's reason. */
export function leavable<Value>(running: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function unknownOutcome(call: Call): PortError {
  return new PortError('unknown-outcome', `cannot tell how ${call.method} of ${call.target} ended: no answer came`);
}
