import type { Random } from '../src/lib/random.ts';
import { type Milliseconds, milliseconds } from '../src/lib/time.ts';
import { PortError } from '../src/ports/port-error.ts';
import type { Call, Fault, Faults } from '../src/testing/fake-calls.ts';
import type { Coverage } from './coverage.ts';

/** How often each kind of trouble strikes, as a chance for each call or event; the seed picks the rates themselves. */
export interface Rates {
  readonly unavailable: number;
  readonly refused: number;
  readonly lostBefore: number;
  readonly lostAfter: number;
  readonly hang: number;
  readonly eventLost: number;
  readonly eventDoubled: number;
  readonly eventLate: number;
  /** The agent dies within the call. */
  readonly crash: number;
  readonly slow: number;
}

/** Swarm testing: each kind is off in half of the seeds, so that one kind alone is tried often, too. */
export function pickRates(random: Random): Rates {
  const rate = (most: number): number => (random() < 0.5 ? 0 : random() * most);
  return {
    unavailable: rate(0.1),
    refused: rate(0.05),
    lostBefore: rate(0.05),
    lostAfter: rate(0.05),
    hang: rate(0.01),
    eventLost: rate(0.5),
    eventDoubled: rate(0.3),
    eventLate: rate(0.5),
    crash: rate(0.02),
    slow: rate(0.2),
  };
}

/** Faults at every port call, as the rates say, until the weather is calm. */
export class Weather implements Faults {
  readonly rates: Rates;
  readonly #random: Random;
  readonly #crash: () => void;
  readonly #coverage: Coverage;
  calm = false;

  constructor(rates: Rates, { random, coverage }: { random: Random; coverage: Coverage }, crash: () => void) {
    this.rates = rates;
    this.#coverage = coverage;
    this.#random = random;
    this.#crash = crash;
  }

  before(call: Call): Fault {
    if (this.calm) return 'ok';
    const strikes = (kind: keyof Rates): boolean => this.#hits(kind, call.port);
    if (strikes('crash')) this.#crash();
    if (strikes('unavailable')) return new PortError('unavailable', `cannot ${call.method} ${call.target}: try later`);
    // A ledger that refuses for good, or a look that is forbidden, is no fault that nodelet can live with.
    const mayRefuse = call.port !== 'store' && call.method !== 'observe' && call.method !== 'list';
    if (mayRefuse && strikes('refused')) return new PortError('refused', `cannot ${call.method} ${call.target}: no`);
    if (strikes('hang')) return 'hang';
    // Only another process goes on with what was asked when nobody hears of it any more.
    const elsewhere = call.port === 'runtime' || call.port === 'images';
    return elsewhere && strikes('lostBefore') ? 'lost outcome' : 'ok';
  }

  after(call: Call): Fault {
    if (this.calm) return 'ok';
    if (this.#hits('crash', call.port)) this.#crash();
    return this.#hits('lostAfter', call.port) ? 'lost outcome' : 'ok';
  }

  latency(call: Call): Milliseconds {
    const usual = 1 + Math.floor(this.#random() * 20);
    // A link of the local disk is made at once, or not at all.
    const slow = !this.calm && call.method !== 'link' && this.#hits('slow', 'call');
    return milliseconds(slow ? usual * 500 : usual);
  }

  /** When a runtime event arrives, in ms: never, once, or twice; late ones overtake each other. */
  deliver(): readonly number[] {
    if (this.calm) return [0];
    if (this.#hits('eventLost', 'runtime')) return [];
    const delay = this.#hits('eventLate', 'runtime') ? Math.floor(this.#random() * 5000) : 0;
    return this.#hits('eventDoubled', 'runtime') ? [delay, delay + Math.floor(this.#random() * 2000)] : [delay];
  }

  #hits(kind: keyof Rates, where: string): boolean {
    const rate = this.rates[kind];
    const hit = rate > 0 && this.#random() < rate;
    if (hit) this.#coverage.add(`${kind} ${where}`);
    return hit;
  }
}

/** Every kind of trouble that a run of some hundred seeds must have seen, as the coverage counts it. */
export const everyFault: readonly string[] = [
  ...['disk', 'volumes', 'cgroups', 'images', 'runtime', 'store'].flatMap((port) =>
    ['unavailable', 'hang', 'lostAfter', 'crash'].map((kind) => `${kind} ${port}`),
  ),
  ...['disk', 'volumes', 'cgroups', 'images', 'runtime'].map((port) => `refused ${port}`),
  ...['runtime', 'images'].map((port) => `lostBefore ${port}`),
  ...['eventLost', 'eventDoubled', 'eventLate'].map((kind) => `${kind} runtime`),
  'slow call',
  'a hook fails',
];
