import type { EventText } from '../core/reason-texts.ts';
import { between, type Milliseconds, seconds, type Tick, type WallTime } from '../lib/time.ts';

/** Whom an event is about. */
export interface EventPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** A Kubernetes event about a pod. The same pod, reason and message is one event that is counted. */
export interface PodEvent extends EventText {
  readonly pod: EventPod;
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

/** The append-only stream of events of all pods, bounded in number and in rate. */
export class Events {
  readonly #events = new Map<string, PodEvent>();
  readonly #budgets = new Map<string, Budget>();

  /** Oldest first by their last occurrence. */
  get all(): readonly PodEvent[] {
    return [...this.#events.values()];
  }

  /** Adds one occurrence. Undefined when the pod has used up its rate; else the event with its new count. */
  add(pod: EventPod, text: EventText, { now, wall }: Moment): PodEvent | undefined {
    const key = JSON.stringify([pod.uid, text.type, text.reason, text.message]);
    const before = this.#events.get(key);
    if (!this.#spend(pod.uid, now)) return undefined;
    const event: PodEvent = { ...text, pod, count: (before?.count ?? 0) + 1, first: before?.first ?? wall, last: wall };
    this.#events.delete(key);
    this.#events.set(key, event);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= mostEvents) break;
      this.#events.delete(oldest);
    }
    return event;
  }

  /** The pod is gone: its rate need not be remembered. */
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
