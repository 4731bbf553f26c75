import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Store } from '../../ports/store.ts';
import { never } from './runtime-pod.ts';

/** A store as the suite is given it. */
export interface StoreUnderTest {
  /** Opens it as the next process would. */
  readonly open: () => Promise<Store>;
  readonly end: () => Promise<void>;
}

/** What every Store must do: run on the fake and on a disk. */
export function storeSuite(name: string, make: () => Promise<StoreUnderTest>): void {
  suite(`store: ${name}`, () => {
    let under: StoreUnderTest;
    before(async () => {
      under = await make();
    });
    after(() => under?.end());

    const rowsNow = async (): Promise<Record<string, string>> => {
      const { rows, broken } = await (await under.open()).load(never);
      assert.deepEqual(broken, []);
      return Object.fromEntries(rows);
    };
    const loaded = async (): Promise<Store> => {
      const store = await under.open();
      await store.load(never);
      return store;
    };

    test('is empty at first', async () => {
      assert.deepEqual(await rowsNow(), {});
    });

    test('a batch that was written is there for the next process', async () => {
      const store = await loaded();
      await store.write(
        new Map([
          ['a', '{"x":"ä\\n"}'],
          ['b', '2'],
        ]),
        never,
      );
      assert.deepEqual(await rowsNow(), { a: '{"x":"ä\\n"}', b: '2' });
    });

    test('undefined deletes, and the last word counts', async () => {
      const store = await loaded();
      await store.write(
        new Map([
          ['a', undefined],
          ['b', '3'],
          ['c', ''],
        ]),
        never,
      );
      await store.write(
        new Map([
          ['b', '4'],
          ['gone', undefined],
        ]),
        never,
      );
      assert.deepEqual(await rowsNow(), { b: '4', c: '' });
    });

    test('batches written at once are all there', async () => {
      const store = await loaded();
      const keys = Array.from({ length: 50 }, (_, at) => `k${at}`);
      await Promise.all(keys.map((key) => store.write(new Map([[key, key]]), never)));
      const rows = await rowsNow();
      assert.ok(keys.every((key) => rows[key] === key));
    });

    test('write() rejects with the reason of a signal that is aborted, and writes nothing', async () => {
      const store = await loaded();
      const reason = new Error('no longer planned');
      await assert.rejects(store.write(new Map([['z', '']]), AbortSignal.abort(reason)), (error) => error === reason);
      assert.equal((await rowsNow())['z'], undefined);
    });
  });
}
