import type { NodeView } from '../core/node/view.ts';
import { type Action, abortMeaning } from '../core/pod/action.ts';
import type { Kept } from '../core/pod/kept.ts';
import type { Seen } from '../core/pod/seen.ts';
import type { Want } from '../core/pod/want.ts';
import type { PodUid } from '../kube/meta.ts';
import { coreDecisions, type Decisions } from './decisions.ts';
import { difference } from './in-flight.ts';
import { type Decision, decisionOf, decodeLine, type FactLine, factOf, type Line } from './journal-line.ts';

export interface Replay {
  readonly decisions: number;
  readonly same: number;
  readonly differing: readonly Difference[];
  /** Lines that could not be used: cut off, or about a pod whose beginning is not in the journal any more. */
  readonly skipped: number;
}

/** A decision that came out otherwise; `line` counts from 1. */
export interface Difference {
  readonly line: number;
  readonly uid: string;
  readonly recorded: Decision;
  readonly replayed: Decision;
}

interface State {
  want: Want;
  seen: Seen;
  kept: Kept;
  /** What was under way, as the loop had it: outcomes are of these. */
  readonly running: Map<string, Action>;
  /** Replaced by another, and still heard of. */
  readonly replaced: Map<string, Action>;
}

/** Decides again what a journal says was decided, and compares stage, action keys, wait codes and the time to wake. */
export function replayJournal(
  lines: Iterable<string>,
  decisions: Pick<Decisions, 'learn' | 'planPod'> = coreDecisions,
): Replay {
  const replayer = new Replayer(decisions);
  let number = 0;
  for (const text of lines) {
    number += 1;
    if (text === '') continue;
    const line = decodeLine(text);
    if (line === undefined || !replayer.take(line, number)) replayer.skipped += 1;
  }
  const { same, differing, skipped } = replayer;
  return { decisions: same + differing.length, same, differing, skipped };
}

class Replayer {
  readonly #decide: Pick<Decisions, 'learn' | 'planPod'>;
  readonly #pods = new Map<string, State>();
  #node: NodeView | undefined;
  readonly differing: Difference[] = [];
  same = 0;
  skipped = 0;

  constructor(decide: Pick<Decisions, 'learn' | 'planPod'>) {
    this.#decide = decide;
  }

  /** False when the line cannot be used. */
  take(line: Line, number: number): boolean {
    if (line.line === 'node') {
      this.#node = line.node;
      if (line.begins) this.#pods.clear();
      return true;
    }
    if (line.line === 'row') {
      const { running, replaced } = this.#pods.get(line.uid) ?? { running: new Map(), replaced: new Map() };
      this.#pods.set(line.uid, { want: line.want, seen: line.seen, kept: line.kept, running, replaced });
      return true;
    }
    const state = this.#pods.get(line.uid);
    if (state === undefined) return false;
    switch (line.line) {
      case 'want':
        state.want = line.want;
        return true;
      case 'fact':
        return this.#learn(state, line.fact);
      case 'plan':
        return this.#plan(state, line, number);
      case 'gone':
        return this.#pods.delete(line.uid);
      default:
        return line satisfies never;
    }
  }

  #learn(state: State, line: FactLine): boolean {
    const fact = factOf(line, line.kind === 'outcome' ? endedAction(state, line.key) : undefined);
    if (fact === undefined) return false;
    if (fact.kind === 'outcome' && fact.action.kind === 'record' && fact.result.ok) state.kept = fact.action.kept;
    state.seen = this.#decide.learn(state.seen, fact);
    return true;
  }

  #plan(state: State, line: Extract<Line, { line: 'plan' }>, number: number): boolean {
    if (this.#node === undefined) return false;
    const { line: _, uid, decided, ...circumstances } = line;
    const { want, seen, kept } = state;
    const plan = this.#decide.planPod({
      uid: uid as PodUid,
      want,
      seen,
      kept,
      node: this.#node,
      ...circumstances,
    });
    become(state, plan.actions);
    const replayed = decisionOf(plan);
    if (JSON.stringify(replayed) === JSON.stringify(decided)) this.same += 1;
    else this.differing.push({ line: number, uid, recorded: decided, replayed });
    return true;
  }
}

function become({ running, replaced }: State, planned: readonly Action[]): void {
  const { leaving, starting } = difference([...running.values()], planned);
  for (const action of leaving) {
    running.delete(action.key);
    if (abortMeaning[action.kind] === 'replace') replaced.set(action.key, action);
  }
  for (const action of starting) running.set(action.key, action);
}

function endedAction({ running, replaced }: State, key: string): Action | undefined {
  const action = replaced.get(key) ?? running.get(key);
  if (!replaced.delete(key)) running.delete(key);
  return action;
}
