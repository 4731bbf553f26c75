import type { Random } from '../src/lib/random.ts';
import { type Milliseconds, milliseconds } from '../src/lib/time.ts';
import { PortError } from '../src/ports/port-error.ts';
import type { Call, Fault, Faults } from '../src/testing/fake-calls.ts';

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
  calm = false;

  constructor(rates: Rates, random: Random, crash: () => void) {
    this.rates = rates;
    this.#random = random;
    this.#crash = crash;
  }

  before(call: Call): Fault {
    if (this.calm) return 'ok';
    if (this.#strikes(this.rates.crash)) this.#crash();
    if (this.#strikes(this.rates.unavailable))
      return new PortError('unavailable', `cannot ${call.method} ${call.target}: try later`);
    // A ledger that refuses for good, or a look that is forbidden, is no fault that nodelet can live with.
    const mayRefuse = call.port !== 'store' && call.method !== 'observe' && call.method !== 'list';
    if (mayRefuse && this.#strikes(this.rates.refused)) {
      return new PortError('refused', `cannot ${call.method} ${call.target}: no`);
    }
    if (this.#strikes(this.rates.hang)) return 'hang';
    if (this.#strikes(this.rates.lostBefore)) return 'lost outcome';
    return 'ok';
  }

  after(_call: Call): Fault {
    if (this.calm) return 'ok';
    if (this.#strikes(this.rates.crash)) this.#crash();
    return this.#strikes(this.rates.lostAfter) ? 'lost outcome' : 'ok';
  }

  latency(): Milliseconds {
    const usual = 1 + Math.floor(this.#random() * 20);
    return milliseconds(!this.calm && this.#strikes(this.rates.slow) ? usual * 500 : usual);
  }

  /** When a runtime event arrives, in ms: never, once, or twice; late ones overtake each other. */
  deliver(): readonly number[] {
    if (this.calm) return [0];
    if (this.#strikes(this.rates.eventLost)) return [];
    const delay = this.#strikes(this.rates.eventLate) ? Math.floor(this.#random() * 5000) : 0;
    return this.#strikes(this.rates.eventDoubled) ? [delay, delay + Math.floor(this.#random() * 2000)] : [delay];
  }

  #strikes(rate: number): boolean {
    return rate > 0 && this.#random() < rate;
  }
}
