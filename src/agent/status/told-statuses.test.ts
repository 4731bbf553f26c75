import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import type { Container, Pod, PodSpec } from '../../kube/pod.ts';
import type { PodStatus } from '../../kube/pod-status.ts';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import { type Milliseconds, milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import { type Faults, noFaults } from '../../testing/fake-calls.ts';
import { FakeLogger } from '../../testing/fake-logger.ts';
import { type FakeNode, fakeNode, portsOf } from '../../testing/fake-node.ts';
import type { FakeRuntimeOptions } from '../../testing/fake-runtime-core.ts';
import { containerSpec, podSpec } from '../../testing/specs.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { startAgent } from '../kubelet.ts';
import type { AgentConfig } from '../node/node-view.ts';

const none = { cpu: 0 as MilliCpu, memory: 0 as Bytes, ephemeralStorage: 0 as Bytes, pids: 0 };
const dirs = {
  root: '/var/lib/nodelet',
  run: '/run/nodelet',
  controlSocket: '/run/nodelet/s',
  podLogs: '/var/log/pods',
};

const config: AgentConfig = {
  node: { ips: [], maxPods: 200, podsPerCore: 0, failSwapOn: false, failCgroupV1: false },
  dirs,
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
  reserved: { kube: none, system: none, evictionHard: [] },
};

/** A machine whose agent may die and begin another life. */
class Machine {
  readonly clock: VirtualClock = new VirtualClock();
  readonly logger: FakeLogger = new FakeLogger();
  readonly node: FakeNode;
  #life: { readonly agent: ReturnType<typeof startAgent>; readonly end: AbortController } | undefined;
  #bug: unknown;

  constructor(options: FakeRuntimeOptions = {}) {
    this.node = fakeNode(this.clock, options);
    this.node.images.load('busybox:1.36');
    this.start();
  }

  start(): void {
    const end = new AbortController();
    const agent = startAgent({ config, version: '0' }, portsOf(this.node, this.logger), end.signal);
    agent.ended.catch((error: unknown) => {
      this.#bug = error;
    });
    this.#life = { agent, end };
  }

  die(): void {
    this.node.store.crash();
    this.node.statuses.crash();
    this.#life?.end.abort(new Error('killed'));
  }

  async pass(time: Milliseconds): Promise<void> {
    await this.clock.advance(time);
    if (this.#bug !== undefined) throw this.#bug;
  }

  /** Dies, and lives again a minute later for as long. */
  async rebirth(): Promise<void> {
    this.die();
    await this.pass(seconds(60));
    this.start();
    await this.pass(seconds(60));
  }

  status(name: string): PodStatus {
    const row = this.#life?.agent.view.pods().find((pod) => pod.name === name);
    assert.ok(row !== undefined, `pod ${name} is known`);
    return row.status;
  }

  /** Whether this method of the store of statuses fails, and of no other. */
  failing(method: string, fails: boolean): void {
    const error = new PortError('unknown-outcome', `cannot ${method}: input/output error`);
    const before: Faults['before'] = (call) =>
      fails && call.method === method && call.target.startsWith('statuses ') ? error : 'ok';
    this.node.world.faults = { ...noFaults, before };
  }

  get flushes(): number {
    return this.node.calls.filter(({ method, target }) => method === 'write' && target.startsWith('statuses ')).length;
  }

  get warnings(): readonly string[] {
    return this.logger.lines.filter((line) => line.startsWith('warn: '));
  }
}

function pod(name: string, spec: Partial<PodSpec> = {}, container: Partial<Container> = {}): Pod {
  return podSpec({ containers: [containerSpec('c', container)], ...spec }, { name, uid: `uid-${name}` as PodUid });
}

suite('What was told last', () => {
  test('outlives the agent: a pod that runs is told as before, times of conditions and all', async () => {
    const machine = new Machine();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(10));
    const before = machine.status('web');
    await machine.rebirth();
    assert.deepEqual(machine.status('web'), before);
  });

  test('keeps the addresses of a pod that has ended', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(1) }) });
    machine.node.source.apply(pod('job', { restartPolicy: 'Never' }));
    await machine.pass(seconds(30));
    const before = machine.status('job');
    assert.deepEqual([before.phase, before.podIP !== undefined], ['Succeeded', true]);
    await machine.rebirth();
    assert.deepEqual(machine.status('job'), before);
  });

  test('keeps restart counts and the end of an instance whose record is gone', async () => {
    let made = 0;
    const first = { runs: seconds(1), exitCode: 7 };
    const machine = new Machine({ program: () => (made++ === 0 ? first : {}) });
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(60));
    const before = machine.status('web').containerStatuses[0];
    assert.deepEqual([before?.restartCount, before?.lastState.terminated?.exitCode], [1, 7]);
    const dead = [...machine.node.runtime.state.containers.values()].find(({ seen }) => seen.state === 'exited');
    if (dead !== undefined) machine.node.runtime.take(dead.seen.id);
    await machine.rebirth();
    assert.deepEqual(machine.status('web').containerStatuses[0], before);
  });

  test('is not told of the next life of a UID', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(1) }) });
    const job = pod('job', { restartPolicy: 'Never' });
    machine.node.source.apply(job);
    await machine.pass(seconds(30));
    const [old = ''] = machine.node.statuses.rows.values();
    machine.node.source.remove('job');
    await machine.pass(seconds(30));
    assert.equal(machine.node.statuses.rows.size, 0);
    machine.node.source.apply(job);
    await machine.pass(milliseconds(30));
    machine.die();
    // As if the agent had died before the row of the first life was deleted.
    machine.node.statuses.rows.set('uid-job', old);
    machine.start();
    await machine.pass(milliseconds(300));
    assert.notEqual(machine.status('job').phase, 'Succeeded');
    await machine.pass(seconds(60));
    assert.notEqual(machine.node.statuses.rows.get('uid-job'), old);
  });

  test('is not the end of a pod that its source dropped and has again', async () => {
    const machine = new Machine();
    machine.node.world.latency = (call) => milliseconds(call.method === 'runSandbox' ? 60_000 : 1);
    machine.node.source.apply(podSpec({}, { name: 'web' }));
    await machine.pass(milliseconds(400));
    machine.node.source.remove('web');
    await machine.pass(seconds(2));
    machine.node.source.apply(podSpec({}, { name: 'web' }));
    machine.die();
    await machine.pass(seconds(60));
    machine.start();
    await machine.pass(seconds(120));
    assert.equal(machine.status('web').phase, 'Running');
  });

  test('is read with a warning for each row that is broken, and without any of them the agent works all the same', async () => {
    const machine = new Machine();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(10));
    machine.die();
    machine.node.statuses.rows.set('uid-web', '{"version":1,"startTi');
    machine.start();
    await machine.pass(seconds(60));
    assert.deepEqual(machine.warnings, ['warn: what was told last of pod uid-web is left out: it is no JSON']);
    assert.equal(machine.status('web').phase, 'Running');
    assert.match(machine.node.statuses.rows.get('uid-web') ?? '', /"phase":"Running"/);
  });
});

suite('ToldStatuses', () => {
  test('has a change on stable storage within a second when all is quiet', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(20) }) });
    machine.node.source.apply(pod('job', { restartPolicy: 'Never' }));
    await machine.pass(seconds(20));
    assert.match(machine.node.statuses.rows.get('uid-job') ?? '', /"running"/);
    await machine.pass(seconds(1));
    assert.match(machine.node.statuses.rows.get('uid-job') ?? '', /"Succeeded"/);
  });

  test('loses what a crash overtakes, and the next life tells the rest as it was', async () => {
    const machine = new Machine({ program: ({ name }) => (name === 'c' ? { runs: seconds(20) } : {}) });
    machine.node.source.apply(pod('job', { restartPolicy: 'Never' }));
    await machine.pass(seconds(20.2));
    assert.equal(machine.status('job').phase, 'Succeeded');
    const written = machine.node.statuses.rows.get('uid-job');
    assert.match(written ?? '', /"running"/);
    await machine.rebirth();
    const { phase, conditions } = machine.status('job');
    assert.equal(phase, 'Succeeded');
    const since = conditions.find(({ type }) => type === 'Initialized')?.lastTransitionTime ?? 'none';
    assert.ok(written?.includes(since), 'the time of a condition that stayed as it was');
  });

  test('writes nothing while nothing changes', async () => {
    const machine = new Machine();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(10));
    const before = machine.flushes;
    await machine.pass(seconds(600));
    assert.equal(machine.flushes, before);
  });

  test('writes a hundred pods that start together in a handful of flushes', async () => {
    const machine = new Machine();
    const names = Array.from({ length: 100 }, (_, number) => `p${number}`);
    for (const name of names) machine.node.source.apply(pod(name));
    await machine.pass(seconds(20));
    assert.ok(names.every((name) => machine.status(name).phase === 'Running'));
    assert.equal(machine.node.statuses.rows.size, 100);
    assert.ok(machine.flushes <= 5, `${machine.flushes} flushes`);
  });

  test('warns once of a store that fails, and writes when it can again', async () => {
    const machine = new Machine();
    machine.failing('write', true);
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(30));
    machine.failing('write', false);
    await machine.pass(seconds(30));
    assert.match(machine.node.statuses.rows.get('uid-web') ?? '', /"phase":"Running"/);
    machine.failing('write', true);
    machine.node.source.remove('web');
    await machine.pass(seconds(60));
    machine.failing('write', false);
    await machine.pass(seconds(30));
    assert.equal(machine.node.statuses.rows.size, 0);
    const warning = 'warn: what was told of pods could not be written';
    assert.deepEqual(machine.warnings, [warning, warning]);
  });

  test('begins without what an unreadable store holds, and writes to it once it can be read', async () => {
    const machine = new Machine();
    machine.die();
    machine.failing('load', true);
    machine.start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(30));
    assert.equal(machine.status('web').phase, 'Running');
    assert.equal(machine.node.statuses.rows.size, 0);
    machine.failing('load', false);
    await machine.pass(seconds(30));
    assert.equal(machine.node.statuses.rows.size, 1);
    assert.deepEqual(machine.warnings, [
      'warn: what was told last of pods is not known',
      'warn: what was told of pods could not be written',
    ]);
  });
});
