import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import { pod } from '../../testing/pods.ts';
import { grantSlots, type SlotRequest } from './slots.ts';

function request(
  name: string,
  order: number,
  fields: { priority?: number; granted?: boolean; file?: boolean } = {},
): SlotRequest {
  const { priority, granted = false, file = false } = fields;
  const spec = priority === undefined ? {} : { priority };
  const want = pod(name)
    .container('c')
    .spec(spec)
    .want({ source: file ? 'file' : 'api' });
  return { uid: name as PodUid, granted, order, want };
}

suite('grantSlots()', () => {
  test('grants as many as there are, the oldest first, and tells the others how many go before them', () => {
    const { granted, ahead } = grantSlots([request('c', 3), request('a', 1), request('d', 4), request('b', 2)], 2);
    assert.deepEqual([...granted], ['a', 'b']);
    assert.deepEqual(
      [...ahead],
      [
        ['c', 0],
        ['d', 1],
      ],
    );
  });

  test('a holder keeps its slot, even when the limit is lower now', () => {
    const holders = [request('a', 1, { granted: true }), request('b', 2, { granted: true })];
    const { granted } = grantSlots([request('first', 0, { priority: 2_000_001_000 }), ...holders], 1);
    assert.deepEqual([...granted], ['a', 'b']);
  });

  test('static and critical pods go first, then the higher priority', () => {
    const requests = [
      request('plain', 1),
      request('high', 2, { priority: 1_000 }),
      request('critical', 3, { priority: 2_000_000_000 }),
      request('static', 4, { file: true }),
    ];
    const { granted, ahead } = grantSlots(requests, 1);
    assert.deepEqual([...granted], ['critical']);
    assert.deepEqual([...ahead.keys()], ['static', 'high', 'plain']);
  });
});
