import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { allEnded } from './all-ended.ts';

suite('allEnded()', () => {
  test('gives the values in their order', async () => {
    assert.deepEqual(await allEnded([Promise.resolve(1), Promise.resolve(2)]), [1, 2]);
  });

  test('rejects only when the slowest has ended, too', async () => {
    const slow = Promise.withResolvers<void>();
    let ended = false;
    const all = allEnded([Promise.reject(new Error('first')), slow.promise]).finally(() => {
      ended = true;
    });
    const rejected = assert.rejects(all, /first/);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(ended, false);
    slow.resolve();
    await rejected;
  });
});
