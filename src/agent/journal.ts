import type { NodeView } from '../core/node/view.ts';
import type { Fact } from '../core/pod/fact.ts';
import type { PodInput } from '../core/pod/input.ts';
import type { Plan } from '../core/pod/plan.ts';
import type { PodUid } from '../kube/meta.ts';
import type { LineLog } from '../ports/store.ts';
import { circumstancesOf, decisionOf, encodeLine, factLine, type Line, withoutSecrets } from './journal-line.ts';
import type { LoopHearer } from './loop.ts';
import type { Row } from './pod/row.ts';

// The file is bounded by throwing old lines away; a reader finds the whole of a pod within about this many lines.
const linesBetweenRows = 500;

/** Writes down all that decisions depend on, and the decisions: `nodelet replay` decides again from it. */
export class Journal implements LoopHearer {
  readonly #log: LineLog;
  readonly #node: NodeView;
  readonly #linesSince = new Map<PodUid, number>();

  constructor(log: LineLog, node: NodeView) {
    this.#log = log;
    this.#node = node;
    this.#append({ line: 'node', node, begins: true });
  }

  wanted(row: Row): void {
    if (!this.#linesSince.has(row.uid)) this.#whole(row);
    else this.#add(row.uid, { line: 'want', uid: row.uid, want: withoutSecrets(row.want) });
  }

  learned(row: Row, fact: Fact): void {
    this.#add(row.uid, { line: 'fact', uid: row.uid, fact: factLine(fact) });
  }

  planned(row: Row, input: PodInput, plan: Plan): void {
    // Only in a moment with nothing under way: outcomes are told by the key of their action, which has to be in the journal.
    const quiet = row.inFlight.keys.size === 0;
    if (quiet && (this.#linesSince.get(row.uid) ?? 0) > linesBetweenRows) {
      this.#append({ line: 'node', node: this.#node, begins: false });
      this.#whole(row);
    }
    this.#add(row.uid, { line: 'plan', uid: row.uid, ...circumstancesOf(input), decided: decisionOf(plan) });
  }

  gone({ uid }: Row): void {
    this.#append({ line: 'gone', uid });
    this.#linesSince.delete(uid);
  }

  #whole({ uid, want, seen, kept }: Row): void {
    this.#append({ line: 'row', uid, want: withoutSecrets(want), seen, kept });
    this.#linesSince.set(uid, 0);
  }

  #add(uid: PodUid, line: Line): void {
    this.#linesSince.set(uid, (this.#linesSince.get(uid) ?? 0) + 1);
    this.#append(line);
  }

  #append(line: Line): void {
    this.#log.append(encodeLine(line));
  }
}
