import { earliest, type Tick } from '../../lib/time.ts';
import type { Wait } from '../reasons.ts';
import type { Action, StepKind } from './action.ts';
import { retryAt } from './back-off.ts';
import type { PodInput } from './input.ts';
import type { ContainerKept, Kept } from './kept.ts';
import type { Plan } from './plan.ts';
import { recordAction, settleHooks } from './record.ts';
import type { Stage } from './stage.ts';

/** Steps that must not begin while the outcome of an earlier one is unknown. Ending what runs is safe at any time. */
const withheld: ReadonlySet<StepKind> = new Set<StepKind>([
  'runSandbox',
  'stopSandbox',
  'removeSandbox',
  'createContainer',
  'startContainer',
  'removeContainer',
  'removeData',
  'removeCgroup',
  'removeLogs',
]);

const starts: ReadonlySet<StepKind> = new Set<StepKind>(['runSandbox', 'createContainer', 'startContainer']);

/**
 * One plan in the making. Planners say what should be in flight, what they wait for and what the ledger must hold; the
 * rules that hold for every plan are kept here, once.
 *
 * Decisions read `input.kept`, never what this draft is about to record.
 */
export class Draft {
  readonly input: PodInput;
  readonly #stage: Stage['kind'];
  readonly #actions: Action[] = [];
  readonly #waits: Wait[] = [];
  readonly #decided: string[] = [];
  #next: Kept;
  #wakeAt: Tick | undefined;
  #wantsSlot = false;

  constructor(input: PodInput, stage: Stage['kind']) {
    this.input = input;
    this.#stage = stage;
    this.#next = input.kept;
  }

  /**
   * Plans an action, unless it failed and its back-off has not passed, which is then a wait.
   *
   * The first action with a target has it; a later one with the same target has to come in a later plan.
   */
  act(action: Action): boolean {
    if (this.#actions.some(({ target }) => target === action.target)) return false;
    const failure = this.input.seen.failures[action.target];
    const until = retryAt(failure, action.kind, action.key);
    if (failure !== undefined && until !== undefined && until > this.input.now) {
      const error = failure.message;
      if (action.kind === 'pullImage') this.wait({ code: 'ImageBackOff', image: action.image, until, error });
      else this.wait({ code: 'RetryAfterFailure', step: failure.step ?? action.kind, until, error });
      this.wake(until);
      return false;
    }
    this.#actions.push(action);
    return true;
  }

  /** Plans an action that starts something: only with a start slot (I13). */
  start(action: Action): boolean {
    const failure = this.input.seen.failures[action.target];
    const until = retryAt(failure, action.kind, action.key);
    if (until === undefined || until <= this.input.now) {
      this.#wantsSlot = true;
      if (!this.input.slot.granted) {
        this.wait({ code: 'StartSlot', ahead: this.input.slot.ahead });
        return false;
      }
    }
    return this.act(action);
  }

  wait(wait: Wait): void {
    if (wait.code === 'StartSlot' && this.#waits.some(({ code }) => code === 'StartSlot')) return;
    this.#waits.push(wait);
  }

  /** Asks for another plan at this moment; one that has passed asks for nothing. */
  wake(at: Tick): void {
    if (at > this.input.now) this.#wakeAt = earliest(this.#wakeAt, at);
  }

  /** Decides something that the ledger must hold before anything relies on it. */
  keep(change: Partial<Kept>, what: string): void {
    this.#next = { ...this.#next, ...change };
    this.#decided.push(what);
  }

  /** The same for one container. */
  keepContainer(name: string, row: ContainerKept, what: string): void {
    this.keep({ containers: { ...this.#next.containers, [name]: row } }, what);
  }

  /** The container's row as it will be recorded by this plan, so that two decisions on one row add up. */
  rowOf(name: string): ContainerKept | undefined {
    return this.#next.containers[name];
  }

  finish(): Plan {
    this.#planRecord();
    this.#planLook();
    const { look } = this.input.seen;
    const actions = look === 'first' ? this.#actions.filter(({ kind }) => !withheld.has(kind)) : this.#actions;
    return {
      stage: this.#stage,
      actions,
      waits: this.#waits,
      ...(this.#wakeAt === undefined ? {} : { wakeAt: this.#wakeAt }),
      wantsSlot: this.#wantsSlot,
    };
  }

  // I11: all that this plan decided goes into one record; steps that rely on it wait for a plan with the new row.
  #planRecord(): void {
    if (this.#decided.length === 0) return;
    const { kept, seen } = this.input;
    const next = settleHooks({ ...this.#next, revision: kept.revision + 1 }, kept, seen);
    if (this.act(recordAction(next, this.#decided.join(', ')))) this.wait({ code: 'Record' });
  }

  // A look may be left out while the next step of a start is at hand: its outcome tells as much, and sooner.
  #planLook(): void {
    const { seen } = this.input;
    if (seen.look === 'no') return;
    const idle = seen.containers.every(({ state }) => state !== 'running');
    if (seen.look === 'soon' && idle && this.#actions.some(({ kind }) => starts.has(kind))) return;
    if (seen.look === 'first') this.wait({ code: 'FirstLook' });
    const code = !seen.observed ? 'FirstLook' : seen.look === 'first' ? 'LookAfterUnknownOutcome' : 'LookAfterEvent';
    this.act({ key: 'look', target: 'runtime', why: { code }, kind: 'look', events: seen.events.came });
  }
}
