import type { Failure } from '../../core/failure.ts';
import { outcomeEvent } from '../../core/outcome-events.ts';
import type { Action } from '../../core/pod/action.ts';
import type { Fact } from '../../core/pod/fact.ts';
import type { PodInput } from '../../core/pod/input.ts';
import type { Plan } from '../../core/pod/plan.ts';
import { type EventText, waitEvent, waitText, whyEvent, whyText } from '../../core/reason-texts.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { EventObject, Events } from '../events.ts';
import type { LoopHearer } from '../loop.ts';
import { nameOf, type Row } from './row.ts';

/** Tells people what happens to pods: the timeline, the events and the log, all from the one table of texts. */
export class Teller implements LoopHearer {
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #logger: Logger;
  // The last failure told of each action: the same error is logged once per change.
  readonly #told = new Map<Row, Map<string, string>>();

  constructor(events: Events, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#events = events;
    this.#clock = clock;
    this.#logger = logger;
  }

  wanted(row: Row): void {
    if (row.want.kind !== 'pod') return;
    if (row.want.removed === true) this.#logger.info('a pod is not wanted any more', this.#fields(row));
    else if (row.plan === undefined) this.#logger.info('a pod is wanted', this.#fields(row));
    else this.#logger.debug('a pod is wanted otherwise than before', this.#fields(row));
  }

  learned(row: Row, fact: Fact): void {
    if (fact.kind !== 'outcome') return;
    const { action, result } = fact;
    const text = outcomeEvent(action, result);
    if (text !== undefined) this.#event(row, text);
    else if (!result.ok && 'failure' in result) this.#failed(row, action, result.failure);
    if (result.ok) this.#told.get(row)?.delete(action.key);
  }

  planned(row: Row, _: PodInput, plan: Plan): void {
    const news = row.history.planned(plan, this.#clock.wall());
    for (const why of news.whys) {
      this.#logger.debug(whyText(why), { ...this.#fields(row), why: why.code });
      this.#event(row, whyEvent(why));
    }
    for (const wait of news.waits) {
      this.#logger.debug(waitText(wait, this.#clock.now()), { ...this.#fields(row), wait: wait.code });
      this.#event(row, waitEvent(wait));
    }
  }

  gone(row: Row): void {
    this.#told.delete(row);
    this.#events.forget(row.uid);
    // A row without a name was never a pod of ours: an event told of somebody else's.
    if (nameOf(row) !== undefined) this.#logger.info('a pod is gone', this.#fields(row));
  }

  // A failure that is no event: for the timeline each time, for the log once per change.
  #failed(row: Row, { key, why }: Action, { kind, message }: Failure): void {
    row.history.failed(why, message, this.#clock.wall());
    const told = this.#told.get(row) ?? new Map<string, string>();
    this.#told.set(row, told);
    if (told.get(key) === message) return;
    told.set(key, message);
    this.#logger.warn(message, { ...this.#fields(row), step: key, kind });
  }

  #event(row: Row, text: EventText | undefined): void {
    if (text === undefined) return;
    const moment = { now: this.#clock.now(), wall: this.#clock.wall() };
    const event = this.#events.add(objectOf(row), text, moment);
    if (event === undefined) return;
    row.history.event(event, moment.wall);
    if (event.count > 1) return;
    const fields = { ...this.#fields(row), reason: text.reason };
    if (text.type === 'Warning') this.#logger.warn(text.message, fields);
    else this.#logger.info(text.message, fields);
  }

  #fields(row: Row): Readonly<Record<string, unknown>> {
    return { pod: nameOf(row) ?? '', uid: row.uid };
  }
}

function objectOf(row: Row): EventObject {
  const [namespace = '', name = ''] = (nameOf(row) ?? '').split('/');
  return { kind: 'Pod', uid: row.uid, namespace, name };
}
