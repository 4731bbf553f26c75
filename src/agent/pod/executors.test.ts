import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action } from '../../core/pod/action.ts';
import type { PodUid } from '../../kube/meta.ts';
import { milliseconds } from '../../lib/time.ts';
import { fakeNode, portsOf } from '../../testing/fake-node.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { Pulls } from '../image/pulls.ts';
import { InFlight } from '../in-flight.ts';
import { Ledger } from '../ledger.ts';
import { execute } from './executors.ts';
import { newRow } from './row.ts';

const never = new AbortController().signal;

const prepare: Action = {
  key: 'prepare',
  target: 'prepare',
  why: { code: 'PreparePod' },
  kind: 'prepare',
  directories: ['/pods/u1', '/pods/u1/volumes'].map((path) => ({ path, mode: 0o750 })),
  files: [],
  cgroup: { path: '/kubepods/podu1', values: {} },
};

suite('execute()', () => {
  test('makes the folder of a pod before its cgroup, for the folder says whose the cgroup is', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    const ports = portsOf(node);
    const inFlight = new InFlight({ execute: () => Promise.reject(), ended: () => undefined, broke: () => undefined });
    const row = newRow({ uid: 'u1' as PodUid, order: 1, inFlight });
    const effects = { ports, ledger: new Ledger(ports, never), pulls: new Pulls(1, ports, never) };
    const done = execute(prepare, { row, effects }, never);
    node.world.latency = () => milliseconds(10);
    await clock.advance(milliseconds(1));
    assert.deepEqual([[...node.disk.directories], [...node.cgroups.tree.keys()]], [['/pods/u1'], []]);
    await clock.advance(milliseconds(20));
    await done;
    assert.deepEqual([node.disk.directories.size, [...node.cgroups.tree.keys()]], [2, ['/kubepods/podu1']]);
  });
});
