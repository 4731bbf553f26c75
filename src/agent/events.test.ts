import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { seconds, type Tick, type WallTime } from '../lib/time.ts';
import { Events } from './events.ts';

const web = { kind: 'Pod', uid: 'u1', namespace: 'default', name: 'web' } as const;
const at = (second: number): { now: Tick; wall: WallTime } => ({
  now: seconds(second) as number as Tick,
  wall: (1_700_000_000_000 + seconds(second)) as WallTime,
});
const text = (message: string): { reason: string; type: 'Warning'; message: string } => ({
  reason: 'BackOff',
  type: 'Warning',
  message,
});

suite('Events.add()', () => {
  test('counts the same pod, reason and message as one event', () => {
    const events = new Events();
    events.add(web, text('a'), at(0));
    events.add(web, text('b'), at(1));
    const again = events.add(web, text('a'), at(2));
    assert.deepEqual([again?.count, again?.first, again?.last], [2, at(0).wall, at(2).wall]);
    assert.deepEqual(
      events.all.map(({ message, count }) => [message, count]),
      [
        ['b', 1],
        ['a', 2],
      ],
    );
  });

  test('lets one pod have 25 at once, then one in five minutes', () => {
    const events = new Events();
    const told = Array.from({ length: 40 }, (_, each) => events.add(web, text(`${each}`), at(0)));
    assert.equal(told.filter((event) => event !== undefined).length, 25);
    assert.equal(events.add(web, text('early'), at(299)), undefined);
    assert.equal(events.add(web, text('late'), at(300))?.count, 1);
    assert.equal(events.add(web, text('again'), at(301)), undefined);
  });

  test('is not kept from telling of one pod by the noise of another', () => {
    const events = new Events();
    for (let each = 0; each < 30; each += 1) events.add(web, text(`${each}`), at(0));
    assert.equal(events.add({ ...web, uid: 'u2' }, text('a'), at(0))?.count, 1);
  });

  test('keeps the last thousand of the node', () => {
    const events = new Events();
    for (let each = 0; each < 1100; each += 1) events.add({ ...web, uid: `u${each}` }, text('a'), at(each));
    assert.equal(events.all.length, 1000);
    assert.equal(events.all[0]?.object.uid, 'u100');
  });
});
