import type { NodeView } from '../core/node/view.ts';
import type { Action } from '../core/pod/action.ts';
import type { Fact, Result } from '../core/pod/fact.ts';
import type { PodInput } from '../core/pod/input.ts';
import type { Kept } from '../core/pod/kept.ts';
import type { Plan } from '../core/pod/plan.ts';
import type { WantedPod } from '../core/pod/want.ts';
import type { PodUid } from '../kube/meta.ts';
import type { PodStatus } from '../kube/pod-status.ts';
import { assert } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { earliest } from '../lib/time.ts';
import type { Decisions } from './decisions.ts';
import { type Executed, InFlight } from './in-flight.ts';
import { Notice } from './notice.ts';
import { inputOf, slotChanges } from './pod/input-of.ts';
import { isWanted, nameOf, newRow, type Row } from './pod/row.ts';
import { asRemoved, comesBack, sameWant } from './pod/want-of.ts';
import { WakeUp } from './wake-up.ts';

export interface LoopOptions {
  readonly node: NodeView;
  /** How many pods may be starting at once. */
  readonly startSlots: number;
  readonly decisions: Decisions;
  readonly execute: (row: Row, action: Action, signal: AbortSignal) => Promise<Executed>;
}

/** Who hears of what the loop does. None of them changes a row, but for its history. */
export interface LoopHearer {
  /** A row is new, or has another want. */
  wanted(row: Row): void;
  learned(row: Row, fact: Fact): void;
  planned(row: Row, input: PodInput, plan: Plan): void;
  /** Nothing is left of the pod; its row is dropped. */
  gone(row: Row): void;
}

// Slots are granted after planning and make some rows plan again; each pass grants at least one slot, or is the last.
const mostPasses = 1000;

/**
 * One row a pod, a set of those that must be planned again, and one synchronous turn: there is no `await` between what is
 * learned and what becomes of it.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #clock: Clock;
  readonly #hearer: LoopHearer;
  readonly #rows = new Map<PodUid, Row>();
  readonly #dirty = new Set<PodUid>();
  readonly #wakeUp: WakeUp;
  readonly #broken: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Given after each turn. */
  readonly turned: Notice = new Notice();
  #begun = false;
  #scheduled = false;
  // Every source has reported once: only now does a pod that nobody wants count as an orphan.
  #reported = false;
  #rowsMade = 0;

  constructor(options: LoopOptions, { clock, hearer }: { clock: Clock; hearer: LoopHearer }, signal: AbortSignal) {
    this.#options = options;
    this.#clock = clock;
    this.#hearer = hearer;
    this.#wakeUp = new WakeUp(clock, () => this.#wake(), signal);
    const end = (): void => this.#end(signal.reason);
    signal.addEventListener('abort', end, { once: true });
  }

  get rows(): ReadonlyMap<PodUid, Row> {
    return this.#rows;
  }

  /** Resolves when the loop was ended from outside; rejects with a bug, after which nothing is planned any more. */
  get ended(): Promise<void> {
    return this.#broken.promise;
  }

  /** Plans from now on; until then rows are only collected. */
  begin(): void {
    this.#begun = true;
    this.#schedule();
  }

  /** Makes sure that a pod has a row: one that the ledger, the runtime or the disk knows, with what was told of it last. */
  meet(uid: PodUid, kept?: Kept, told?: PodStatus): Row {
    const known = this.#rows.get(uid);
    if (known !== undefined) return known;
    const inFlight = new InFlight({
      execute: (action, signal) => this.#options.execute(row, action, signal),
      ended: (action, result) => this.#guard(() => this.#outcome(row, action, result)),
      broke: (error) => this.#break(error),
    });
    this.#rowsMade += 1;
    const row = newRow({ uid, order: this.#rowsMade, inFlight }, kept);
    row.status = told;
    this.#rows.set(uid, row);
    this.#mark(row);
    this.#hearer.wanted(row);
    return row;
  }

  /** Folds one fact in; the pod is planned again before anything else happens. Facts about pods without a row are dropped. */
  learn(uid: PodUid, fact: Fact): void {
    const row = this.#rows.get(uid);
    if (row !== undefined) this.#guard(() => this.#learn(row, fact));
  }

  /**
   * Takes in all that the sources want. With `reported` false some source has not told yet, and nothing is removed.
   * A pod that is missing now is stopped by its last spec, then cleaned away.
   */
  want(wanted: ReadonlyMap<PodUid, WantedPod>, reported: boolean): void {
    for (const [uid, want] of wanted) this.#want(this.meet(uid), want);
    if (!reported) return;
    for (const row of this.#rows.values()) {
      if (!wanted.has(row.uid)) this.#unwant(row);
      if (!this.#reported) this.#mark(row);
    }
    this.#reported = true;
  }

  #want(row: Row, want: WantedPod): void {
    if (comesBack(row, this.#reported)) {
      row.next = want;
      if (row.want.kind === 'absent' && row.plan === undefined) this.#change(row, asRemoved(want, this.#clock.now()));
      return;
    }
    if (!sameWant(row.want, want)) this.#change(row, want);
  }

  #unwant(row: Row): void {
    row.next = undefined;
    if (row.want.kind === 'pod' && isWanted(row)) this.#change(row, asRemoved(row.want, this.#clock.now()));
  }

  #change(row: Row, want: WantedPod): void {
    row.want = want;
    this.#mark(row);
    this.#hearer.wanted(row);
  }

  #outcome(row: Row, action: Action, result: Result): void {
    if (this.#rows.get(row.uid) !== row) return;
    if (action.kind === 'record' && result.ok) {
      assert(action.kept.revision === row.kept.revision + 1, `records of pod ${row.uid} ended out of order`);
      row.kept = action.kept;
    }
    this.#learn(row, { kind: 'outcome', action, result, at: this.#clock.now(), wall: this.#clock.wall() });
  }

  #learn(row: Row, fact: Fact): void {
    row.seen = this.#options.decisions.learn(row.seen, fact);
    this.#hearer.learned(row, fact);
    this.#mark(row);
  }

  #mark(row: Row): void {
    this.#dirty.add(row.uid);
    this.#schedule();
  }

  // A microtask: all that was learned in one go is planned in one turn, and no time passes before it.
  #schedule(): void {
    if (!this.#begun || this.#scheduled) return;
    this.#scheduled = true;
    void Promise.resolve().then(() => this.#guard(() => this.#turn()));
  }

  #wake(): void {
    const now = this.#clock.now();
    for (const row of this.#rows.values()) {
      if (row.plan?.wakeAt !== undefined && row.plan.wakeAt <= now) this.#mark(row);
    }
    // A turn that is due sets the next alarm itself.
    if (this.#dirty.size === 0) this.#wakeUp.by(this.#nextWake());
  }

  // First all plans, until the start slots have found their pods; then what follows from them. A plan that was overtaken
  // within the turn was never told to anybody.
  #turn(): void {
    this.#scheduled = false;
    if (this.#dirty.size === 0) return;
    while (this.#dirty.size > 0) {
      for (const [row, input] of this.#planAll()) this.#become(row, input);
    }
    this.#wakeUp.by(this.#nextWake());
    this.turned.give();
  }

  #planAll(): ReadonlyMap<Row, PodInput> {
    const planned = new Map<Row, PodInput>();
    for (let pass = 0; this.#dirty.size > 0; pass += 1) {
      assert(pass < mostPasses, 'the loop does not come to rest');
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      for (const uid of dirty) {
        const row = this.#rows.get(uid);
        const input = row === undefined ? undefined : this.#plan(row);
        if (row !== undefined && input !== undefined) planned.set(row, input);
      }
      for (const row of slotChanges(this.#rows, this.#options)) this.#dirty.add(row.uid);
    }
    return planned;
  }

  #plan(row: Row): PodInput | undefined {
    if (row.want.kind === 'absent' && !this.#reported) return undefined;
    const [now, wall] = [this.#clock.now(), this.#clock.wall()];
    const input = inputOf(row, { rows: this.#rows, now, wall, ...this.#options });
    row.plan = this.#options.decisions.planPod(input);
    assertSound(row.plan, input);
    return input;
  }

  #become(row: Row, input: PodInput): void {
    const { plan } = row;
    assert(plan !== undefined, `pod ${row.uid} was planned`);
    row.status = this.#options.decisions.podStatus(input, input.wall, row.status);
    this.#hearer.planned(row, input, plan);
    row.inFlight.become(plan.actions);
    if (plan.stage === 'gone' && row.inFlight.keys.size === 0) this.#drop(row);
  }

  #drop(row: Row): void {
    this.#rows.delete(row.uid);
    this.#hearer.gone(row);
    const name = nameOf(row);
    for (const other of this.#rows.values()) {
      if (nameOf(other) === name) this.#mark(other);
    }
    if (row.next !== undefined) this.#want(this.meet(row.uid), row.next);
  }

  #nextWake(): ReturnType<typeof earliest> {
    return earliest(...[...this.#rows.values()].map((row) => row.plan?.wakeAt));
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#broken.reject(error);
    this.#end(error);
  }

  #end(reason: unknown): void {
    this.#begun = false;
    for (const row of this.#rows.values()) row.inFlight.abandon(reason);
    this.#broken.resolve();
  }
}

function assertSound(plan: Plan, input: PodInput): void {
  const targets = new Set(plan.actions.map((action) => action.target));
  // I9: two actions with one target could undo each other.
  assert(targets.size === plan.actions.length, `two actions for pod ${input.uid} have the same target`);
  const wakesLater = plan.wakeAt === undefined || plan.wakeAt > input.now;
  assert(wakesLater, `pod ${input.uid} asks to be woken at a moment that has passed`);
}
