import type { EventText } from '../core/reason-texts.ts';
import { between, type Milliseconds, seconds, type Tick, type WallTime } from '../lib/time.ts';

/** Whom an event is about: a pod, or the node itself. */
export interface EventObject {
  readonly kind: 'Pod' | 'Node';
  /** Whose rate an event counts against; for the node, what of it the event is about. */
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes event. The same object, reason and message is one event that is counted. */
export interface AgentEvent extends EventText {
  readonly object: EventObject;
  readonly count: number;
  readonly first: WallTime;
  readonly last: WallTime;
}

export interface Moment {
  readonly now: Tick;
  readonly wall: WallTime;
}

// As clients of the API hold themselves back: 25 at once for one object, then one in five minutes.
const burst = 25;
const refill: Milliseconds = seconds(300);

// The last events of the node; who wants all of them reads the log.
const mostEvents = 1000;

interface Budget {
  left: number;
  at: Tick;
}

/** The append-only stream of events of the node and all its pods, bounded in number and in rate. */
export class Events {
  readonly #events = new Map<string, AgentEvent>();
  readonly #budgets = new Map<string, Budget>();

  /** Oldest first by their last occurrence. */
  get all(): readonly AgentEvent[] {
    return [...this.#events.values()];
  }

  /** Adds one occurrence. Undefined when the object has used up its rate; else the event with its new count. */
  add(object: EventObject, text: EventText, { now, wall }: Moment): AgentEvent | undefined {
    const key = JSON.stringify([object.uid, text.type, text.reason, text.message]);
    const before = this.#events.get(key);
    if (!this.#spend(object.uid, now)) return undefined;
    const count = (before?.count ?? 0) + 1;
    const event: AgentEvent = { ...text, object, count, first: before?.first ?? wall, last: wall };
    this.#events.delete(key);
    this.#events.set(key, event);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= mostEvents) break;
      this.#events.delete(oldest);
    }
    return event;
  }

  /** The object is gone: its rate need not be remembered. */
  forget(uid: string): void {
    this.#budgets.delete(uid);
  }

  #spend(uid: string, now: Tick): boolean {
    const budget = this.#budgets.get(uid) ?? { left: burst, at: now };
    const earned = Math.floor(between(budget.at, now) / refill);
    budget.left = Math.min(burst, budget.left + earned);
    budget.at = budget.left === burst ? now : ((budget.at + earned * refill) as Tick);
    this.#budgets.set(uid, budget);
    if (budget.left === 0) return false;
    budget.left -= 1;
    return true;
  }
}
