import type { Action } from '../../core/pod/action.ts';
import type { Plan } from '../../core/pod/plan.ts';
import type { Stage } from '../../core/pod/stage.ts';
import type { Wait, Why } from '../../core/reasons.ts';
import type { WallTime } from '../../lib/time.ts';
import type { AgentEvent } from '../events.ts';

/** One line of a pod's timeline, as data; the table of texts renders it when somebody asks. */
export type Entry = { readonly at: WallTime } & (
  | { readonly kind: 'stage'; readonly stage: Stage['kind'] }
  | { readonly kind: 'why'; readonly why: Why }
  | { readonly kind: 'wait'; readonly wait: Wait }
  | { readonly kind: 'failed'; readonly why: Why; readonly message: string }
  | { readonly kind: 'event'; readonly event: AgentEvent }
);

/** What is new in a plan against the one before. */
export interface News {
  readonly whys: readonly Why[];
  readonly waits: readonly Wait[];
}

// A pod's whole start and end are some thirty entries; a crash loop shows its last rounds.
const longest = 100;

/** The recent past of one pod: when each of its present whys and waits began, and a bounded timeline. */
export class History {
  readonly #entries: Entry[] = [];
  #stage: Stage['kind'] | undefined;
  #whys = new Map<string, WallTime>();
  #waits = new Map<string, WallTime>();

  get timeline(): readonly Entry[] {
    return this.#entries;
  }

  whySince(action: Action): WallTime | undefined {
    return this.#whys.get(action.key);
  }

  waitSince(wait: Wait): WallTime | undefined {
    return this.#waits.get(waitKey(wait));
  }

  /** Notes what changed with this plan. */
  planned(plan: Plan, now: WallTime): News {
    if (plan.stage !== this.#stage) {
      this.#stage = plan.stage;
      this.#add({ at: now, kind: 'stage', stage: plan.stage });
    }
    const waits = plan.waits.filter((wait) => !this.#waits.has(waitKey(wait)));
    const actions = plan.actions.filter((action) => !this.#whys.has(action.key));
    for (const { why } of actions) this.#add({ at: now, kind: 'why', why });
    for (const wait of waits) this.#add({ at: now, kind: 'wait', wait });
    this.#whys = sinceOf(
      plan.actions.map((action) => action.key),
      this.#whys,
      now,
    );
    this.#waits = sinceOf(plan.waits.map(waitKey), this.#waits, now);
    return { whys: actions.map(({ why }) => why), waits };
  }

  failed(why: Why, message: string, now: WallTime): void {
    this.#add({ at: now, kind: 'failed', why, message });
  }

  /** Notes an event; a repeated one takes the place of its last occurrence. */
  event(event: AgentEvent, now: WallTime): void {
    const before = this.#entries.findIndex((entry) => entry.kind === 'event' && isSame(entry.event, event));
    if (before >= 0) this.#entries.splice(before, 1);
    this.#add({ at: now, kind: 'event', event });
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length > longest) this.#entries.shift();
  }
}

function isSame(one: AgentEvent, other: AgentEvent): boolean {
  return one.reason === other.reason && one.message === other.message && one.type === other.type;
}

function sinceOf(keys: readonly string[], before: ReadonlyMap<string, WallTime>, now: WallTime): Map<string, WallTime> {
  return new Map(keys.map((key) => [key, before.get(key) ?? now]));
}

// A wait stays the same wait while only its figures move: how many are ahead, the latest error, the moment it ends.
function waitKey(wait: Wait): string {
  return JSON.stringify(wait, (name, value: unknown) =>
    name === 'until' || name === 'ahead' || name === 'error' || name === 'lastExit' ? undefined : value,
  );
}
