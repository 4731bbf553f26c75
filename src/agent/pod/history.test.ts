import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action } from '../../core/pod/action.ts';
import type { Plan } from '../../core/pod/plan.ts';
import type { Wait } from '../../core/reasons.ts';
import type { Tick, WallTime } from '../../lib/time.ts';
import type { AgentEvent } from '../events.ts';
import { History } from './history.ts';

const at = (value: number): WallTime => value as WallTime;
const look: Action = { key: 'look', target: 'runtime', why: { code: 'LookAfterEvent' }, kind: 'look', events: 0 };
const plan = (waits: readonly Wait[], actions: readonly Action[] = []): Plan => ({
  stage: 'running',
  actions,
  waits,
  wantsSlot: false,
});

suite('History', () => {
  test('says what is new in a plan, and since when all of it holds', () => {
    const history = new History();
    const running: Wait = { code: 'Running' };
    assert.deepEqual(history.planned(plan([running], [look]), at(1)), { whys: [look.why], waits: [running] });
    assert.deepEqual(history.planned(plan([running], [look]), at(2)), { whys: [], waits: [] });
    assert.deepEqual([history.whySince(look), history.waitSince(running)], [1, 1]);
  });

  test('takes a wait for the same while only its figures move', () => {
    const history = new History();
    history.planned(plan([{ code: 'StartSlot', ahead: 5 }]), at(1));
    const fewer: Wait = { code: 'StartSlot', ahead: 3 };
    assert.deepEqual(history.planned(plan([fewer]), at(2)).waits, []);
    assert.equal(history.waitSince(fewer), 1);
    const image = (error: string): Wait => ({ code: 'ImageBackOff', image: 'a', until: 9 as Tick, error });
    history.planned(plan([image('away')]), at(3));
    assert.deepEqual(history.planned(plan([image('forbidden')]), at(4)).waits, []);
  });

  test('takes a wait that came back for a new one', () => {
    const history = new History();
    const wait: Wait = { code: 'Sandbox' };
    history.planned(plan([wait]), at(1));
    history.planned(plan([]), at(2));
    history.planned(plan([wait]), at(3));
    assert.equal(history.waitSince(wait), 3);
  });

  test('keeps the last hundred entries, and one for an event that is repeated', () => {
    const history = new History();
    const event = (message: string, count: number): AgentEvent => ({
      object: { kind: 'Pod', uid: 'u1', namespace: 'default', name: 'web' },
      type: 'Warning',
      reason: 'BackOff',
      message,
      count,
      first: at(0),
      last: at(count),
    });
    for (let each = 0; each < 150; each += 1) history.event(event(`${each}`, 1), at(each));
    history.event(event('149', 2), at(200));
    assert.equal(history.timeline.length, 100);
    assert.equal(history.timeline.filter((entry) => entry.kind === 'event' && entry.event.message === '149').length, 1);
  });
});
