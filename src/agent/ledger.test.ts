import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Kept, nothingKept } from '../core/pod/kept.ts';
import type { PodUid } from '../kube/meta.ts';
import { milliseconds, seconds, type Tick, type WallTime } from '../lib/time.ts';
import { PortError } from '../ports/port-error.ts';
import { quietLogger } from '../testing/fake-logger.ts';
import { type FakeNode, failing, fakeNode } from '../testing/fake-node.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { Ledger } from './ledger.ts';
import { decodeKept, encodeKept } from './ledger-row.ts';

const never = new AbortController().signal;
const uid = 'u1' as PodUid;

function ledgerOn(clock: VirtualClock, node: FakeNode): Ledger {
  return new Ledger({ store: node.store, clock, logger: quietLogger }, never);
}

const tick = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value as Tick);
const hook = fc.constantFrom('begun' as const, 'done' as const, 'failed' as const);

// JSON gives back ordinary objects.
const plain = <Value>(model: { [Key in keyof Value]: fc.Arbitrary<Value[Key]> }): fc.Arbitrary<Value> =>
  fc.record(model, { noNullPrototype: true });

const anyKept: fc.Arbitrary<Kept> = fc.record(
  {
    revision: fc.nat(),
    identity: plain({ namespace: fc.string(), name: fc.string() }),
    startTime: fc.nat().map((value) => value as WallTime),
    admitted: fc.boolean(),
    sandboxAttempt: fc.nat(),
    containers: fc.dictionary(
      // Not a name that JSON would not give back.
      fc.string().filter((name) => name !== '__proto__'),
      fc.record(
        {
          attempt: fc.nat(),
          succeededIn: fc.nat(),
          backOff: plain({ delay: fc.nat(), since: tick }),
          postStart: hook,
          preStop: hook,
        },
        { requiredKeys: ['attempt'], noNullPrototype: true },
      ),
      { noNullPrototype: true },
    ),
    stopping: plain({ why: fc.constantFrom('Deleted', 'Removed'), graceSeconds: fc.nat(), since: tick }),
    verdict: plain({ phase: fc.constantFrom('Succeeded', 'Failed'), reason: fc.string() }),
  },
  { requiredKeys: ['revision', 'identity', 'containers'], noNullPrototype: true },
) as fc.Arbitrary<Kept>;

suite('decodeKept()', () => {
  test('gives back what encodeKept() was given, on the same clock', () => {
    const at = { now: 2_000_000 as Tick, wall: 1_700_000_000_000 as WallTime };
    fc.assert(
      fc.property(anyKept, (kept) => {
        assert.deepEqual(decodeKept(encodeKept(kept, at), at), { ok: true, kept });
      }),
    );
  });

  test('counts the time that the agent was away as spent', () => {
    const written = { now: 5000 as Tick, wall: 1_000_000 as WallTime };
    const kept: Kept = { ...nothingKept, stopping: { why: 'Deleted', graceSeconds: 30, since: 2000 as Tick } };
    const read = { now: 100 as Tick, wall: 1_010_000 as WallTime };
    const decoded = decodeKept(encodeKept(kept, written), read);
    assert.ok(decoded.ok);
    assert.equal(decoded.kept.stopping?.since, 100 - 3000 - 10_000);
  });

  test('spends nothing when the wall clock was set back, and at most a day when it was set forward', () => {
    const written = { now: 5000 as Tick, wall: 1_000_000_000_000 as WallTime };
    const kept: Kept = { ...nothingKept, stopping: { why: 'Deleted', graceSeconds: 30, since: 5000 as Tick } };
    const text = encodeKept(kept, written);
    const back = decodeKept(text, { now: 0 as Tick, wall: 1000 as WallTime });
    const forward = decodeKept(text, { now: 0 as Tick, wall: 2_000_000_000_000 as WallTime });
    assert.ok(back.ok && forward.ok);
    assert.equal(back.kept.stopping?.since, 0);
    assert.equal(forward.kept.stopping?.since, -seconds(86_400));
  });

  test('never throws, and says what is wrong with a row', () => {
    const at = { now: 0 as Tick, wall: 0 as WallTime };
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof decodeKept(text, at).ok === 'boolean'));
    assert.deepEqual(decodeKept('{"version":9}', at), { ok: false, reason: 'its version is 9, known is 1' });
    assert.deepEqual(decodeKept('', at), { ok: false, reason: 'it is no JSON' });
    const cut = encodeKept(nothingKept, at).replace('"containers":{}', '"containers":{"c":{}}');
    assert.deepEqual(decodeKept(cut, at), { ok: false, reason: 'its containers is not as it was written' });
  });
});

suite('Ledger', () => {
  test('write() resolves only once the row is durable', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    const written = ledgerOn(clock, node).write(uid, nothingKept);
    await clock.settle();
    assert.equal(node.store.rows.size, 0);
    await clock.advance(seconds(1));
    await written;
    assert.deepEqual([...node.store.rows.keys()], ['u1']);
  });

  test('writes of one moment share one flush', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    const ledger = ledgerOn(clock, node);
    const writes = ['u1', 'u2', 'u3'].map((each) => ledger.write(each as PodUid, nothingKept));
    await clock.advance(seconds(1));
    await Promise.all(writes);
    assert.equal(node.calls.filter(({ method }) => method === 'write').length, 1);
  });

  test('a write that comes during a flush is in the next one', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    node.world.latency = () => milliseconds(10);
    const ledger = ledgerOn(clock, node);
    const first = ledger.write(uid, nothingKept);
    await clock.advance(milliseconds(5));
    const second = ledger.write(uid, { ...nothingKept, revision: 1 });
    await clock.advance(milliseconds(20));
    await Promise.all([first, second]);
    assert.match(node.store.rows.get('u1') ?? '', /"revision":1/);
  });

  test('a failed write rejects with what the store said, and the next one is tried', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    const heal = failing(
      node.world,
      'write',
      new PortError('unavailable', 'cannot write the ledger: the disk is full'),
    );
    const ledger = ledgerOn(clock, node);
    const refused = assert.rejects(ledger.write(uid, nothingKept), /disk is full/);
    await clock.advance(seconds(1));
    await refused;
    heal();
    const written = ledger.write(uid, nothingKept);
    await clock.advance(seconds(1));
    await written;
    assert.equal(node.store.rows.size, 1);
  });

  test('forget() deletes a row even when the store fails at first', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    node.store.rows.set('u1', '');
    const heal = failing(
      node.world,
      'write',
      new PortError('unavailable', 'cannot write the ledger: the disk is full'),
    );
    ledgerOn(clock, node).forget(uid);
    await clock.advance(seconds(3));
    assert.equal(node.store.rows.size, 1);
    heal();
    await clock.advance(seconds(2));
    assert.equal(node.store.rows.size, 0);
    assert.equal(clock.next, undefined);
  });

  test('load() sets rows aside that cannot be read, says so, and gives the others', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    node.store.rows.set('u1', encodeKept(nothingKept, { now: clock.now(), wall: clock.wall() }));
    node.store.rows.set('u2', '{"half');
    const loading = ledgerOn(clock, node).load(never);
    await clock.advance(seconds(1));
    const { rows, problems } = await loading;
    assert.deepEqual([...rows.keys()], ['u1']);
    assert.deepEqual(problems, ["the ledger's row u2 is set aside: it is no JSON"]);
    assert.deepEqual([...node.store.rows.keys()].sort(), ['u1', 'unreadable-u2']);
  });
});

suite('Ledger, when the agent ends', () => {
  test('write() rejects with the reason, also when it came during the last flush', { timeout: 5000 }, async () => {
    const clock = new VirtualClock();
    const lifetime = new AbortController();
    const reason = new Error('the agent ends');
    const flush = Promise.withResolvers<void>();
    const store = { load: async () => ({ rows: new Map(), broken: [] }), write: () => flush.promise };
    const ledger = new Ledger({ store, clock, logger: quietLogger }, lifetime.signal);
    const first = ledger.write(uid, nothingKept);
    await undefined;
    const second = ledger.write('u2' as PodUid, nothingKept);
    lifetime.abort(reason);
    flush.resolve();
    await first;
    await assert.rejects(second, reason);
    await assert.rejects(ledger.write(uid, nothingKept), reason);
  });
});
