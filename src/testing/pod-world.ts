import { type Action, abortMeaning, type StepKind } from '../core/pod/action.ts';
import type { Fact, Result } from '../core/pod/fact.ts';
import type { PodInput } from '../core/pod/input.ts';
import { type Kept, nothingKept } from '../core/pod/kept.ts';
import { learn } from '../core/pod/learn.ts';
import type { Plan } from '../core/pod/plan.ts';
import { planPod } from '../core/pod/plan-pod.ts';
import { nothingSeen, type Seen } from '../core/pod/seen.ts';
import type { Want, WantedPod } from '../core/pod/want.ts';
import { type Random, seeded } from '../lib/random.ts';
import { type Milliseconds, milliseconds, type Tick, type WallTime } from '../lib/time.ts';
import { planViolations } from './plan-violations.ts';
import { WorldRuntime } from './pod-world-runtime.ts';
import { nodeView } from './specs.ts';

interface Flight {
  readonly action: Action;
  readonly basedOn: number;
  /** What a look saw when it began. */
  readonly result: Result | undefined;
}

const inRuntime: ReadonlySet<StepKind> = new Set<StepKind>([
  'runSandbox',
  'stopSandbox',
  'removeSandbox',
  'createContainer',
  'startContainer',
  'stopContainer',
  'removeContainer',
]);

/**
 * One pod, the pure functions that decide about it, and a small world that does what they ask: what the loop and the
 * simulator do, without anything that waits. Every plan is checked by the invariants.
 */
export class PodWorld {
  readonly runtime: WorldRuntime = new WorldRuntime();
  /** One line for each thing that happened. */
  readonly trace: string[] = [];
  readonly problems: string[] = [];
  readonly random: Random;
  want: Want;
  kept: Kept = nothingKept;
  seen: Seen = nothingSeen;
  now: Tick = 1_000_000 as Tick;
  slot = true;
  #plan: Plan | undefined;
  #flights: Flight[] = [];
  readonly #late: Action[] = [];

  constructor(want: WantedPod, seed: number) {
    this.want = want;
    this.random = seeded(seed);
  }

  get plan(): Plan {
    return this.#plan ?? this.replan();
  }

  get flights(): readonly Action[] {
    return this.#flights.map(({ action }) => action);
  }

  input(): PodInput {
    return {
      uid: this.#uid,
      want: this.want,
      seen: this.seen,
      kept: this.kept,
      now: this.now,
      wall: this.runtime.wall,
      node: nodeView(),
      slot: { granted: this.slot, ahead: this.slot ? 0 : 1 },
      admission: { kind: 'admitted' },
    };
  }

  /** Plans, checks the plan, and makes what is in flight equal to it. */
  replan(): Plan {
    const input = this.input();
    const plan = planPod(input);
    this.problems.push(...planViolations(input, plan));
    const again = planPod(input).actions.map(({ key }) => key);
    if (again.join() !== plan.actions.map(({ key }) => key).join()) this.problems.push('I12: two plans of one input');
    this.#plan = plan;
    this.#become(plan.actions);
    return plan;
  }

  learn(fact: Fact): void {
    this.seen = learn(this.seen, fact);
  }

  pass(wait: Milliseconds): void {
    this.now = (this.now + wait) as Tick;
    this.runtime.wall = (this.runtime.wall + wait) as WallTime;
  }

  /** The oldest action in flight ends well. */
  finishFirst(): boolean {
    const flight = this.#flights.shift();
    if (flight === undefined) return false;
    this.#outcome(flight, flight.result ?? this.runtime.perform(flight.action));
    return true;
  }

  /** Some action in flight ends, perhaps badly: nothing done, done and not told, or done some time later. */
  finishSome(trouble: number): void {
    const at = Math.floor(this.random() * this.#flights.length);
    const [flight] = this.#flights.splice(at, 1);
    if (flight === undefined) return;
    const { action } = flight;
    const dice = this.random();
    if (dice >= trouble) this.#outcome(flight, flight.result ?? this.runtime.perform(action));
    else if (dice < trouble * 0.3) this.#outcome(flight, failure('unavailable'));
    else if (action.kind === 'record' || action.kind === 'look') this.#outcome(flight, failure('unavailable'));
    else {
      if (dice < trouble * 0.6) this.runtime.perform(action);
      else if (dice < trouble * 0.8) this.#promise(action);
      this.#outcome(flight, failure('unknown-outcome'));
    }
  }

  /** A step whose outcome was given up takes effect after all. */
  takeEffectLate(): void {
    const action = this.#late.shift();
    if (action !== undefined) this.runtime.perform(action);
  }

  /** The agent dies and starts again: what it had in flight was done, will be done, or was not. */
  crash(): void {
    for (const { action } of this.#flights) {
      const dice = this.random();
      if (action.kind === 'record') {
        if (dice < 0.5) this.kept = action.kept;
      } else if (dice < 0.4) this.runtime.perform(action);
      else if (dice < 0.6) this.#promise(action);
    }
    this.trace.push('crash');
    this.#flights = [];
    this.#plan = undefined;
    this.seen = nothingSeen;
    // The log folder's name tells whose it is.
    if (this.kept.revision === 0) this.kept = { ...nothingKept, identity: { namespace: 'default', name: 'web' } };
    this.learn({ kind: 'disk', ...this.runtime.disk });
  }

  /** A list of all pods, as at the start of the agent and from time to time. */
  relist(): void {
    const moment = { at: this.now, wall: this.runtime.wall };
    this.learn({ kind: 'observed', basedOn: this.seen.revision, observation: this.runtime.observe(), ...moment });
  }

  event(): void {
    this.learn({ kind: 'event', at: this.now });
  }

  get #uid(): PodInput['uid'] {
    return (this.want.kind === 'pod' ? this.want.pod.metadata.uid : 'web-uid') as PodInput['uid'];
  }

  // Only another process goes on when we have given up on it: what we do to the disk ourselves ends with us.
  #promise(action: Action): void {
    if (inRuntime.has(action.kind)) this.#late.push(action);
  }

  #become(planned: readonly Action[]): void {
    const keys = new Set(planned.map(({ key }) => key));
    for (const flight of [...this.#flights]) {
      const { action } = flight;
      const meaning = abortMeaning[action.kind];
      if (keys.has(action.key) || meaning === 'finish') continue;
      this.#flights = this.#flights.filter((one) => one !== flight);
      this.trace.push(`abort ${action.key}`);
      if (meaning === 'replace') this.#outcome(flight, { ok: false, aborted: true });
    }
    for (const action of planned) {
      const held = this.#flights.some((one) => one.action.key === action.key || one.action.target === action.target);
      if (held) continue;
      const result = action.kind === 'look' ? this.runtime.perform(action) : undefined;
      this.#flights.push({ action, basedOn: this.seen.revision, result });
      this.trace.push(`begin ${action.key}`);
    }
  }

  #outcome({ action, basedOn }: Flight, result: Result): void {
    const told =
      result.ok && result.value.kind === 'looked' ? { ok: true, value: { ...result.value, basedOn } } : result;
    if (action.kind === 'record' && result.ok) this.kept = action.kept;
    this.trace.push(`end ${action.key}: ${JSON.stringify(result.ok ? 'ok' : result)}`);
    this.learn({ kind: 'outcome', action, result: told as Result, at: this.now, wall: this.runtime.wall });
  }
}

function failure(kind: 'unavailable' | 'unknown-outcome'): Result {
  return { ok: false, failure: { kind, message: `cannot do it: ${kind}` } };
}

/** Lets everything end well until nothing is to do; gives false when that takes too many steps. */
export function settle(world: PodWorld, onIdle: () => boolean, most: number = 2_000): boolean {
  world.replan();
  for (let step = 0; step < most; step += 1) {
    if (world.finishFirst() || onIdle()) {
      world.replan();
      continue;
    }
    const { wakeAt, actions } = world.plan;
    if (actions.length === 0 && wakeAt === undefined) return true;
    world.pass(milliseconds(wakeAt === undefined ? 1_000 : wakeAt - world.now));
    world.replan();
  }
  return false;
}
