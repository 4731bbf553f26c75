import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Kept, nothingKept } from '../../core/pod/kept.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { NodeFigures, NodeReport } from '../../server/view.ts';
import { failing, fakeNode, portsOf } from '../../testing/fake-node.ts';
import { containerSpec, podSpec, wantedPod } from '../../testing/specs.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { InFlight } from '../in-flight.ts';
import { newRow, type Row } from '../pod/row.ts';
import { readFigures } from './figures.ts';
import type { AgentConfig } from './node-view.ts';

const never = new AbortController().signal;
const gib = 2 ** 30;
const amounts = (cpu: number, memory: number): AgentConfig['reserved']['kube'] => ({
  cpu: cpu as MilliCpu,
  memory: memory as Bytes,
  ephemeralStorage: 0 as Bytes,
  pids: 0,
});

const config: AgentConfig = {
  node: { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: false, failCgroupV1: false },
  dirs: { root: '/r', run: '/run', controlSocket: '/run/s', podLogs: '/var/log/pods' },
  pods: {
    manifestPaths: [],
    fileCheckFrequency: seconds(20),
    clusterDns: [],
    clusterDomain: '',
    resolvConf: '',
    seccompDefault: false,
    startSlots: 3,
  },
  images: { parallelPulls: 5 },
  cgroups: {
    root: '',
    driver: 'cgroupfs',
    perQos: true,
    enforcePods: true,
    cpuCfsQuota: true,
    cpuCfsQuotaPeriod: milliseconds(100),
  },
  reserved: {
    kube: amounts(100, gib),
    system: amounts(200, 0),
    evictionHard: [{ signal: 'memory.available', amount: (gib / 2) as Bytes }],
  },
};

const report: NodeReport = {
  name: 'node-1',
  version: '0',
  ready: true,
  reasons: [],
  runtime: 'fake 2.0.0',
  network: 'ready',
  startedAt: '',
  allocatable: { cpuMilli: 1700, memoryBytes: 2.5 * gib, pods: 110 },
};

function row(name: string, kept: Partial<Kept>): Row {
  const inFlight = new InFlight({
    execute: () => Promise.reject(new Error('nothing is executed')),
    ended: () => undefined,
    broke: () => undefined,
  });
  const resources = { requests: { cpu: '250m', memory: '256Mi' } };
  const pod = podSpec({ containers: [containerSpec('c', { resources })] }, { name, uid: name as PodUid });
  const made = newRow({ uid: name as PodUid, order: 1, inFlight }, { ...nothingKept, ...kept });
  made.want = wantedPod(pod);
  return made;
}

async function figures(node = fakeNode(new VirtualClock())): Promise<NodeFigures> {
  const clock = node.world.clock as VirtualClock;
  const ended = row('ended', { admitted: true });
  ended.plan = { stage: 'finished', actions: [], waits: [], wantsSlot: false };
  const rows = [row('one', { admitted: true }), row('two', { admitted: true }), row('asked', {}), ended];
  const reading = readFigures({ config, rows, report }, portsOf(node), never);
  reading.catch(() => undefined);
  await clock.advance(seconds(1));
  return await reading;
}

suite('readFigures()', () => {
  test('tells capacity, what is set aside, and what the admitted pods that have not ended ask for', async () => {
    const { cpu, memory, pods } = await figures();
    // The machine finds 50 ms of CPU time in 200 ms.
    assert.deepEqual(cpu, { capacity: 2000, reserved: 300, allocatable: 1700, requested: 500, used: 250 });
    assert.deepEqual(memory, {
      capacity: 4 * gib,
      reserved: 1.5 * gib,
      allocatable: 2.5 * gib,
      requested: gib / 2,
      used: gib,
      available: 3 * gib,
    });
    assert.deepEqual(pods, { capacity: 110, used: 2 });
  });

  test('tells rates of the network beside its counters', async () => {
    assert.deepEqual((await figures()).interfaces, [
      { name: 'eth0', receivedBytes: 2000, sentBytes: 1000, receivedPerSecond: 5000, sentPerSecond: 2500 },
    ]);
  });

  test('tells both filesystems, and only that of the pods when the runtime is away', async () => {
    const node = fakeNode(new VirtualClock());
    node.images.load('a', { bytes: 7 });
    const both = (await figures(node)).filesystems;
    assert.deepEqual(
      both.map(({ of, path, ownBytes }) => [of, path, ownBytes]),
      [
        ['pods', '/r', undefined],
        ['images', '/var/lib/runtime', 7],
      ],
    );
    failing(node.world, 'imageFilesystems', new PortError('unavailable', 'cannot read: the runtime is away'));
    assert.deepEqual(
      (await figures(node)).filesystems.map(({ of }) => of),
      ['pods'],
    );
  });
});
