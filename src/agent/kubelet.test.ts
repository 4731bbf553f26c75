import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { SandboxConfig } from '../core/pod/runtime-config.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Container, Pod, PodSpec } from '../kube/pod.ts';
import type { Bytes, MilliCpu } from '../lib/brand.ts';
import { type Milliseconds, milliseconds, seconds } from '../lib/time.ts';
import type { Ports } from '../ports/ports.ts';
import { FakeLogger } from '../testing/fake-logger.ts';
import { type FakeNode, fakeNode, portsOf } from '../testing/fake-node.ts';
import type { FakeRuntimeOptions } from '../testing/fake-runtime-core.ts';
import { FakeSource } from '../testing/fake-source.ts';
import { containerSpec, podSpec } from '../testing/specs.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { type Agent, startAgent } from './kubelet.ts';
import type { AgentConfig } from './node/node-view.ts';
import { replayJournal } from './replay.ts';

const none = { cpu: 0 as MilliCpu, memory: 0 as Bytes, ephemeralStorage: 0 as Bytes, pids: 0 };

const config: AgentConfig = {
  node: { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: false, failCgroupV1: false },
  dirs: {
    root: '/var/lib/nodelet',
    run: '/run/nodelet',
    controlSocket: '/run/nodelet/s',
    podLogs: '/var/log/pods',
  },
  pods: {
    manifestPaths: [],
    fileCheckFrequency: seconds(20),
    clusterDns: [],
    clusterDomain: '',
    resolvConf: '/etc/resolv.conf',
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

/** A machine with an agent on it that may be thrown away and started again. */
class Machine {
  readonly clock: VirtualClock = new VirtualClock();
  readonly node: FakeNode;
  readonly logger: FakeLogger = new FakeLogger();
  #shutdown = new AbortController();
  #agent: Agent | undefined;

  constructor(options: FakeRuntimeOptions = {}) {
    this.node = fakeNode(this.clock, options);
    this.node.images.load('busybox:1.36');
  }

  get view(): Agent['view'] {
    assert.ok(this.#agent);
    return this.#agent.view;
  }

  start(change: Partial<AgentConfig> = {}, ports: Partial<Ports> = {}): this {
    this.#shutdown = new AbortController();
    const options = { config: { ...config, ...change }, version: '0' };
    const all = { ...portsOf(this.node, this.logger), ...ports };
    this.#agent = startAgent(options, all, this.#shutdown.signal);
    this.#agent.ended.catch((error: unknown) => {
      this.bug = error;
    });
    return this;
  }

  bug: unknown;

  /** The agent dies: what it had under way on the outside goes on, what it had not flushed is lost. */
  crash(): this {
    this.node.store.crash();
    this.#shutdown.abort(new Error('killed'));
    this.#agent = undefined;
    return this;
  }

  async shutDown(): Promise<void> {
    this.#shutdown.abort(new Error('shut down'));
    await this.#agent?.ended;
  }

  async pass(time: Milliseconds): Promise<void> {
    await this.clock.advance(time);
    if (this.bug !== undefined) throw this.bug;
  }

  summary(name: string): string | undefined {
    return this.view.pods().find((pod) => pod.name === name)?.summary;
  }

  /** Instances of one container that ran, and how many run now. */
  instances(uid: string, container: string): { readonly ran: number; readonly run: number } {
    const all = this.node.runtime.state.instances.filter((each) => each.uid === uid && each.container === container);
    return { ran: all.length, run: all.filter(({ to }) => to === undefined).length };
  }

  methods(): readonly string[] {
    return this.node.calls.map(({ method }) => method);
  }

  get leftovers(): readonly string[] {
    const { runtime, disk, cgroups, store } = this.node;
    const tiers = ['/kubepods', '/kubepods/burstable', '/kubepods/besteffort'];
    return [
      ...runtime.state.sandboxes.keys(),
      ...runtime.state.containers.keys(),
      ...disk.paths,
      ...[...cgroups.tree.keys()].filter((path) => !tiers.includes(path)),
      ...store.rows.keys(),
    ];
  }
}

function pod(name: string, spec: Partial<PodSpec> = {}, ...containers: Container[]): Pod {
  const some = containers.length === 0 ? [containerSpec('c')] : containers;
  return podSpec({ containers: some, ...spec }, { name, uid: `uid-${name}` as PodUid });
}

function sandboxConfigOf(name: string): SandboxConfig {
  return {
    name,
    namespace: 'elsewhere',
    uid: name,
    attempt: 0,
    logDirectory: '',
    portMappings: [],
    labels: {},
    annotations: {},
    cgroupParent: '',
    sysctls: {},
    namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
    supplementalGroups: [],
    privileged: false,
    seccomp: { type: 'Unconfined' },
    runtimeHandler: '',
  };
}

suite('The agent', () => {
  test('runs a pod of its source, and says so', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    assert.equal(machine.summary('web'), 'Running');
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
    const row = machine.view.explain('web');
    assert.equal(row?.pod.ready.containers, 1);
    assert.deepEqual(
      row?.pod.waits.map(({ code }) => code),
      ['Running'],
    );
  });

  test('leaves nothing behind when the source drops the pod (I8)', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(seconds(60));
    assert.deepEqual(machine.view.pods(), []);
    assert.deepEqual(machine.leftovers, []);
  });

  test('restarts nothing when it is killed and started again (I6)', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const before = machine.view.explain('web')?.pod;
    machine.crash().start();
    await machine.pass(seconds(5));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
    assert.deepEqual(machine.view.explain('web')?.pod.containers, before?.containers);
    assert.equal(machine.view.explain('web')?.pod.startTime, before?.startTime);
  });

  test('never runs two instances, whenever it is killed during a start (I1)', async () => {
    for (let moment = 0; moment < 40; moment += 1) {
      const machine = new Machine().start();
      machine.node.source.apply(pod('web'));
      await machine.pass(milliseconds(moment));
      machine.crash().start();
      await machine.pass(seconds(30));
      assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 }, `killed after ${moment} ms`);
      assert.equal(machine.summary('web'), 'Running');
    }
  });

  test('leaves nothing behind, whenever it is killed during a removal', async () => {
    for (let moment = 0; moment < 40; moment += 1) {
      const machine = new Machine().start();
      machine.node.source.apply(pod('web'));
      await machine.pass(seconds(5));
      machine.node.source.remove('web');
      await machine.pass(milliseconds(moment));
      machine.crash().start();
      await machine.pass(seconds(90));
      assert.deepEqual(machine.leftovers, [], `killed after ${moment} ms`);
    }
  });

  test('stops a pod whose file went away while it was not there', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.crash();
    machine.node.source.remove('web');
    machine.start();
    await machine.pass(seconds(60));
    assert.deepEqual(machine.leftovers, []);
  });

  test('takes over an ended removal: the same pod comes back only once the old one is gone', async () => {
    const machine = new Machine({ program: () => ({ stops: seconds(10) }) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(seconds(2));
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(2));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
    await machine.pass(seconds(60));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
    assert.equal(machine.summary('web'), 'Running');
  });

  test('does the same when it was killed in between', async () => {
    const machine = new Machine({ program: () => ({ stops: seconds(10) }) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(seconds(2));
    machine.crash();
    machine.node.source.apply(pod('web'));
    machine.start();
    await machine.pass(seconds(90));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
    assert.equal(machine.summary('web'), 'Running');
  });

  test('starts an edited pod once the old one of the same name is gone', async () => {
    const machine = new Machine({ program: () => ({ stops: seconds(10) }) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.node.source.apply(podSpec({}, { name: 'web', uid: 'uid-other' as PodUid }));
    await machine.pass(seconds(5));
    assert.deepEqual(machine.instances('uid-other', 'c'), { ran: 0, run: 0 });
    assert.deepEqual(
      machine.view.pods().map(({ uid, stage }) => [uid, stage]),
      [
        ['uid-web', 'stopping'],
        ['uid-other', 'waiting'],
      ],
    );
    await machine.pass(seconds(60));
    assert.deepEqual(machine.instances('uid-other', 'c'), { ran: 1, run: 1 });
  });

  test('kills by the grace of the last spec when a program ignores the stop signal', async () => {
    const machine = new Machine({ program: () => ({ stops: milliseconds(Number.POSITIVE_INFINITY) }) }).start();
    machine.node.source.apply(pod('web', { terminationGracePeriodSeconds: 7 }));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(milliseconds(5900));
    assert.equal(machine.instances('uid-web', 'c').run, 1);
    await machine.pass(milliseconds(1500));
    assert.equal(machine.instances('uid-web', 'c').run, 0);
  });

  test('tears nothing down while a source has not told what it has', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.crash();
    const silent = new FakeSource({ ready: false });
    machine.start({}, { sources: [silent] });
    await machine.pass(seconds(120));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
    silent.set({ pods: [] });
    await machine.pass(seconds(60));
    assert.deepEqual(machine.leftovers, []);
  });

  test('waits for a runtime that is down at boot, says so, and loses nothing', async () => {
    const machine = new Machine();
    machine.node.runtime.down = true;
    machine.node.source.apply(pod('web'));
    machine.start();
    await machine.pass(seconds(20));
    assert.equal(machine.view.node().ready, false);
    assert.match(machine.view.node().reasons.join(' '), /the runtime is down/);
    machine.node.runtime.down = false;
    await machine.pass(seconds(10));
    assert.equal(machine.summary('web'), 'Running');
    assert.equal(machine.view.node().ready, true);
    const told = (pod?: string): readonly string[] =>
      machine.view.events(pod).map(({ object, reason }) => `${object} ${reason}`);
    const [start, down, up, ...ofPod] = told();
    assert.deepEqual([start, down, up], ['node/node-1 Starting', 'node/node-1 NodeNotReady', 'node/node-1 NodeReady']);
    assert.deepEqual(told('web'), ofPod);
    assert.deepEqual([told('default/web'), told('other')], [ofPod, []]);
    assert.ok(ofPod.includes('pod/web Started'));
  });

  test('finds out within a second or so that a container ended while the runtime was away', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const [container] = machine.node.runtime.state.running('uid-web');
    assert.ok(container);
    machine.node.runtime.down = true;
    await machine.pass(seconds(3));
    machine.node.runtime.exit(container.seen.id, 1);
    machine.node.runtime.down = false;
    await machine.pass(seconds(8));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
  });

  test('restarts a container at once when it ends for the first time', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const [container] = machine.node.runtime.state.running('uid-web');
    assert.ok(container);
    machine.node.runtime.exit(container.seen.id, 1);
    await machine.pass(milliseconds(200));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
  });

  test('finds a lost event by the safety list', async () => {
    let lost = false;
    const machine = new Machine({ deliver: () => (lost ? [] : [0]) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const [container] = machine.node.runtime.state.running('uid-web');
    assert.ok(container);
    lost = true;
    machine.node.runtime.exit(container.seen.id, 1);
    await machine.pass(seconds(65));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
  });

  test('lists each second on a runtime without events', async () => {
    const machine = new Machine({ hasEvents: false }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const [container] = machine.node.runtime.state.running('uid-web');
    assert.ok(container);
    machine.node.runtime.exit(container.seen.id, 1);
    await machine.pass(seconds(2));
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 2, run: 1 });
  });

  test('asks nobody anything while nothing happens, but for one list a minute', async () => {
    const machine = new Machine().start();
    for (let each = 0; each < 20; each += 1) machine.node.source.apply(pod(`web-${each}`));
    await machine.pass(seconds(30));
    const before = machine.node.calls.length;
    await machine.pass(seconds(300));
    const asked = machine.node.calls.slice(before).map(({ method }) => method);
    assert.deepEqual(asked, ['list', 'list', 'list', 'list', 'list']);
  });

  test('never touches a pod that somebody else made (I2)', async () => {
    const machine = new Machine();
    const foreign = sandboxConfigOf('foreign');
    const made = machine.node.runtime.sandboxes.run(foreign, new AbortController().signal);
    await machine.pass(seconds(1));
    const { id } = await made;
    machine.start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(120));
    assert.equal(machine.node.runtime.state.sandboxes.get(id)?.seen.ready, true);
    assert.deepEqual(
      machine.node.calls.filter(({ target }) => target === id),
      [],
    );
  });

  test('starts at most as many pods at once as it has slots, and says how many are ahead', async () => {
    const machine = new Machine();
    machine.node.world.latency = () => milliseconds(100);
    machine.start();
    for (let each = 0; each < 10; each += 1) machine.node.source.apply(pod(`web-${each}`));
    let most = 0;
    for (let step = 0; step < 50; step += 1) {
      await machine.pass(milliseconds(50));
      const starting = machine.view
        .pods()
        .filter(({ doing }) => doing.some(({ code }) => ['NoSandbox', 'StartContainer'].includes(code)));
      most = Math.max(most, starting.length);
    }
    assert.equal(most, 3);
    await machine.pass(seconds(30));
    assert.ok(machine.view.pods().every(({ summary }) => summary === 'Running'));
  });

  test('pulls an image once for all pods that need it', async () => {
    const machine = new Machine().start();
    machine.node.images.publish('app:1', { takes: seconds(10), bytes: 1000 });
    for (const name of ['a', 'b', 'c'])
      machine.node.source.apply(pod(name, {}, containerSpec('c', { image: 'app:1' })));
    await machine.pass(seconds(5));
    const [pull] = machine.view.pulls();
    assert.deepEqual(pull?.pods, ['default/a', 'default/b', 'default/c']);
    assert.ok((pull?.doneBytes ?? 0) > 300);
    await machine.pass(seconds(20));
    assert.deepEqual(machine.node.images.pulled, ['app:1']);
    assert.equal(machine.summary('c'), 'Running');
  });

  test('a pod that is removed while its image is pulled never starts, and the pull ends', async () => {
    const machine = new Machine().start();
    machine.node.images.publish('app:1', { takes: seconds(30) });
    machine.node.source.apply(pod('web', {}, containerSpec('c', { image: 'app:1' })));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(seconds(60));
    assert.deepEqual(machine.node.images.aborted, ['app:1']);
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 0, run: 0 });
    assert.deepEqual(machine.leftovers, []);
  });

  test('brings an edited ConfigMap into the running pod within a second', async () => {
    const machine = new Machine().start();
    machine.node.source.applyConfigMap('settings', { colour: 'red' });
    const volumes = [{ name: 'v', configMap: { name: 'settings', defaultMode: 0o644, optional: false } }];
    machine.node.source.apply(pod('web', { volumes }));
    await machine.pass(seconds(5));
    machine.node.source.applyConfigMap('settings', { colour: 'blue' });
    await machine.pass(seconds(1));
    const [mounted] = machine.node.volumes.mounted.values();
    assert.match(JSON.stringify(mounted), /blue/);
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
  });

  test('waits for a ConfigMap that is missing and goes on when it comes', async () => {
    const machine = new Machine().start();
    const envFrom = [{ configMapRef: { name: 'settings', optional: false } }];
    machine.node.source.apply(pod('web', {}, containerSpec('c', { envFrom })));
    await machine.pass(seconds(5));
    const waits = machine.view.explain('web')?.pod.waits ?? [];
    assert.match(waits.map(({ text }) => text).join(' '), /ConfigMap default\/settings: not found/);
    machine.node.source.applyConfigMap('settings', { colour: 'red' });
    await machine.pass(seconds(1));
    assert.equal(machine.summary('web'), 'Running');
  });

  test('finds a container and its log by name, and says what there is when the name is wrong', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    assert.deepEqual(machine.view.logFile({ pod: 'web', previous: false }), {
      ok: true,
      value: { path: '/var/log/pods/default_web_uid-web/c/0.log', running: true },
    });
    assert.deepEqual(machine.view.logFile({ pod: 'default/web', container: 'x', previous: false }), {
      ok: false,
      message: 'cannot find container x of pod default/web: its containers are c',
    });
    const request = { pod: 'web', command: ['sh'], stdin: true, tty: true };
    const asked = machine.view.exec(request, new AbortController().signal);
    await machine.pass(seconds(1));
    assert.ok((await asked).ok);
  });

  test('ends at shutdown and leaves the pods running', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    await machine.shutDown();
    assert.deepEqual(machine.instances('uid-web', 'c'), { ran: 1, run: 1 });
  });

  test('tells an event once and counts its repetitions', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(1), exitCode: 1 }) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(300));
    const told = machine.logger.lines.filter((line) => line.includes('Back-off restarting'));
    assert.equal(told.length, 1);
    const timeline = machine.view.explain('web')?.timeline ?? [];
    assert.ok(timeline.some(({ text }) => /Back-off restarting failed container c \(\d+ times\)/.test(text)));
  });
});

suite('The view', () => {
  test('answers before the agent has begun', () => {
    const machine = new Machine().start();
    assert.deepEqual(machine.view.pods(), []);
    assert.equal(machine.view.explain('web'), undefined);
    assert.deepEqual([machine.view.node().ready, machine.view.node().reasons[0]], [false, 'the agent is starting']);
    assert.deepEqual(machine.view.logFile({ pod: 'web', previous: false }), {
      ok: false,
      message: 'cannot find pod web: no such pod',
    });
  });

  test('finds the log of the instance before, and says when there was none', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    assert.deepEqual(machine.view.logFile({ pod: 'web', previous: true }), {
      ok: false,
      message: 'cannot read the log of container c in pod web: it has no earlier instance',
    });
    const [container] = machine.node.runtime.state.running('uid-web');
    assert.ok(container);
    machine.node.runtime.exit(container.seen.id, 1);
    await machine.pass(seconds(5));
    assert.deepEqual(machine.view.logFile({ pod: 'web', previous: true }), {
      ok: true,
      value: { path: '/var/log/pods/default_web_uid-web/c/0.log', running: false },
    });
  });

  test('does not exec in a container that does not run, and passes on what the runtime says', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(1) }) }).start();
    machine.node.source.apply(pod('job', { restartPolicy: 'Never' }));
    await machine.pass(seconds(5));
    const request = { pod: 'job', command: ['sh'], stdin: false, tty: false };
    assert.deepEqual(await machine.view.exec(request, new AbortController().signal), {
      ok: false,
      message: 'cannot exec in container c of pod job: it is exited',
    });
    machine.node.source.apply(pod('web'));
    machine.node.runtime.down = false;
    await machine.pass(milliseconds(300));
    machine.node.runtime.down = true;
    const asked = machine.view.exec({ ...request, pod: 'web' }, new AbortController().signal);
    await machine.pass(milliseconds(10));
    const answer = await asked;
    assert.ok(!answer.ok && answer.message.includes('the runtime is down'));
  });

  test('shows what is wrong with files, since when', async () => {
    const machine = new Machine().start();
    machine.node.source.report([{ file: 'web.yaml', line: 3, reason: 'not a pod', warning: false }]);
    await machine.pass(seconds(5));
    const since = '2026-01-01T00:00:00Z';
    assert.deepEqual(machine.view.problems(), [
      { file: 'web.yaml', line: 3, reason: 'not a pod', warning: false, since },
    ]);
  });

  test('tells of changes at most ten times a second, and ends with its signal', async () => {
    const machine = new Machine().start();
    await machine.pass(seconds(5));
    const end = new AbortController();
    let told = 0;
    const reading = (async () => {
      for await (const _ of machine.view.changes(end.signal)) told += 1;
    })();
    reading.catch(() => undefined);
    for (let each = 0; each < 50; each += 1) {
      machine.node.source.apply(pod(`web-${each}`));
      await machine.pass(milliseconds(20));
    }
    assert.ok(told >= 5 && told <= 11, `it told ${told} times`);
    end.abort(new Error('enough'));
    await assert.rejects(reading, /enough/);
  });

  test('says of a pod that is removed what is left to do, until it is gone', async () => {
    const machine = new Machine({ program: () => ({ stops: seconds(5) }) }).start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    machine.node.source.remove('web');
    await machine.pass(seconds(1));
    const row = machine.view.explain('web')?.pod;
    assert.deepEqual([row?.summary, row?.stage], ['Terminating', 'stopping']);
    assert.deepEqual(
      row?.doing.map(({ code }) => code),
      ['StopContainer'],
    );
    assert.deepEqual(
      row?.waits.map(({ code, until }) => [code, until]),
      [['ContainerStop', '2026-01-01T00:00:35Z']],
    );
  });
});

suite('replayJournal()', () => {
  test('decides again what the journal says was decided (I12)', async () => {
    const machine = new Machine({ program: ({ name }) => (name === 'bad' ? { runs: seconds(1), exitCode: 1 } : {}) });
    machine.start();
    machine.node.source.applySecret('token', { value: new Uint8Array([1, 2, 3]) });
    const volumes = [{ name: 'v', secret: { name: 'token', defaultMode: 0o400, optional: false } }];
    machine.node.source.apply(pod('web', { volumes }));
    machine.node.source.apply(pod('crash', {}, containerSpec('bad')));
    await machine.pass(seconds(60));
    machine.crash().start();
    await machine.pass(seconds(60));
    machine.node.source.remove('web');
    await machine.pass(seconds(60));
    const replay = replayJournal(machine.node.journal.lines);
    assert.deepEqual(replay.differing, []);
    assert.equal(replay.skipped, 0);
    assert.ok(replay.decisions > 50);
  });

  test('finds its way into a journal whose beginning is gone', async () => {
    const machine = new Machine({ program: () => ({ runs: seconds(1), exitCode: 1 }) }).start();
    machine.node.source.apply(pod('web'));
    machine.node.source.apply(pod('other', { restartPolicy: 'OnFailure' }));
    await machine.pass(seconds(20_000));
    const { lines } = machine.node.journal;
    const replay = replayJournal(lines.slice(Math.floor(lines.length / 3)));
    assert.deepEqual(replay.differing, []);
    assert.ok(replay.skipped > 0);
    assert.ok(replay.decisions > 300);
  });

  test('shows a decision that comes out otherwise', async () => {
    const machine = new Machine().start();
    machine.node.source.apply(pod('web'));
    await machine.pass(seconds(5));
    const lines = machine.node.journal.lines.map((line) => line.replace('"Running"', '"Preparing"'));
    const { differing } = replayJournal(lines);
    assert.ok(differing.length > 0);
    assert.notDeepEqual(differing[0]?.recorded, differing[0]?.replayed);
  });

  test('keeps no value of a Secret', async () => {
    const machine = new Machine().start();
    const canary = new TextEncoder().encode('canary-secret');
    machine.node.source.applySecret('token', { value: canary });
    const env = [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'token', key: 'value', optional: false } } }];
    machine.node.source.apply(pod('web', {}, containerSpec('c', { env })));
    await machine.pass(seconds(5));
    assert.equal(machine.summary('web'), 'Running');
    const text = machine.node.journal.lines.join('\n');
    assert.doesNotMatch(text, /canary-secret/);
    assert.doesNotMatch(text, new RegExp([...canary].join(',')));
    assert.doesNotMatch([...machine.node.store.rows.values(), ...machine.logger.lines].join('\n'), /canary-secret/);
  });
});
