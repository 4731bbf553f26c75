import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import type { PodUid } from '../../kube/meta.ts';
import { seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeEvent } from '../../ports/runtime.ts';
import { CriChannel } from './channel.ts';
import { CriContainers } from './containers.ts';
import { Container, ContainerState, ContainerStatus } from './generated/container.pb.ts';
import * as runtime from './generated/runtime.pb.ts';
import { PodSandbox, PodSandboxState, PodSandboxStatus } from './generated/sandbox.pb.ts';
import { CriSandboxes } from './sandboxes.ts';
import { CriWatch } from './watch.ts';

const signal: AbortSignal = new AbortController().signal;
const uid = 'u1' as PodUid;
const labels = {
  'io.kubernetes.pod.uid': uid,
  'io.kubernetes.pod.name': 'web',
  'io.kubernetes.pod.namespace': 'shop',
  'io.kubernetes.container.name': 'c',
};

const methods = runtime.RuntimeServiceService;
type Answers = { readonly [name in keyof typeof methods]?: (request: never) => unknown };

const absent = (): never => {
  throw Object.assign(new Error('not found'), { code: grpc.status.NOT_FOUND, details: 'not found' });
};

/** A runtime that answers just what a test wants, and counts. */
class ScriptedRuntime implements AsyncDisposable {
  readonly calls: string[] = [];
  readonly channel: CriChannel;
  readonly #folder = mkdtempSync(join(tmpdir(), 'nodelet-observe-'));
  readonly #server = new grpc.Server();

  private constructor(answers: Answers) {
    this.channel = new CriChannel({ socket: join(this.#folder, 'cri.sock'), requestTimeout: seconds(10) });
    const names = Object.keys(answers) as (keyof Answers)[];
    const service = Object.fromEntries(names.map((name) => [name, methods[name]]));
    const handlers = names.map((name) => [
      name,
      name === 'getContainerEvents' ? this.#stream(answers[name]) : this.#unary(name, answers[name]),
    ]);
    this.#server.addService(service as grpc.ServiceDefinition, Object.fromEntries(handlers));
  }

  static async start(answers: Answers): Promise<ScriptedRuntime> {
    const made = new ScriptedRuntime(answers);
    await new Promise<void>((resolve, reject) => {
      const insecure = grpc.ServerCredentials.createInsecure();
      made.#server.bindAsync(`unix:${made.channel.socket}`, insecure, (error) => (error ? reject(error) : resolve()));
    });
    return made;
  }

  #unary(name: string, answer: ((request: never) => unknown) | undefined): grpc.handleUnaryCall<unknown, unknown> {
    return (call, done) => {
      this.calls.push(name);
      try {
        done(null, answer?.(call.request as never));
      } catch (error) {
        done(error as grpc.ServiceError);
      }
    };
  }

  #stream(answer: ((request: never) => unknown) | undefined): grpc.handleServerStreamingCall<unknown, unknown> {
    return (call) => {
      for (const message of (answer?.({} as never) ?? []) as unknown[]) call.write(message);
      call.end();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.channel[Symbol.dispose]();
    this.#server.forceShutdown();
    rmSync(this.#folder, { recursive: true });
  }
}

const sandboxRow = PodSandbox.create({
  id: 's1',
  labels,
  metadata: { name: 'web', uid, attempt: 3 },
  createdAt: 5_000_000n,
});
const containerRow = Container.create({
  id: 'c1',
  podSandboxId: 's1',
  labels,
  metadata: { name: 'c', attempt: 2 },
  state: ContainerState.CONTAINER_RUNNING,
  createdAt: 6_000_000n,
});

function listing(more: Answers): Promise<ScriptedRuntime> {
  return ScriptedRuntime.start({
    listPodSandbox: () => runtime.ListPodSandboxResponse.create({ items: [sandboxRow] }),
    listContainers: () => runtime.ListContainersResponse.create({ containers: [containerRow] }),
    ...more,
  });
}

suite('observing a runtime', () => {
  test('what disappears between the list and its status is left out', async () => {
    await using scripted = await listing({ podSandboxStatus: absent, containerStatus: absent });
    const seen = await new CriWatch(scripted.channel).observe(uid, signal);
    assert.deepEqual(seen, { sandboxes: [], containers: [] });
  });

  test('an answer without its status is made up for by the row of the list', async () => {
    await using scripted = await listing({
      podSandboxStatus: () => runtime.PodSandboxStatusResponse.create({}),
      containerStatus: () => runtime.ContainerStatusResponse.create({}),
    });
    const { sandboxes, containers } = await new CriWatch(scripted.channel).observe(uid, signal);
    assert.deepEqual(sandboxes, [
      { id: 's1', attempt: 3, ready: true, createdAt: 5, ips: [], network: 'POD', name: 'web', namespace: 'shop' },
    ]);
    assert.deepEqual(containers, [
      {
        id: 'c1',
        name: 'c',
        attempt: 2,
        sandboxId: 's1',
        state: 'running',
        createdAt: 6,
        image: '',
        imageId: '',
        annotations: {},
      },
    ]);
  });

  test('a status without metadata, image, times and network is taken as it is', async () => {
    await using scripted = await listing({
      podSandboxStatus: () => ({ status: PodSandboxStatus.create({ id: 's1', labels }), info: {} }),
      containerStatus: () => ({ status: ContainerStatus.create({ id: 'c1', labels, state: 77 as never }), info: {} }),
    });
    const { sandboxes, containers } = await new CriWatch(scripted.channel).observe(uid, signal);
    assert.equal(sandboxes[0]?.name, 'web');
    assert.equal(sandboxes[0]?.createdAt, 0);
    assert.equal(containers[0]?.name, 'c');
    assert.equal(containers[0]?.state, 'unknown');
    assert.equal(containers[0]?.startedAt, undefined);
    assert.equal(containers[0]?.exitCode, undefined);
  });

  test('a full status gives addresses, times, exit code, reason and user', async () => {
    await using scripted = await listing({
      podSandboxStatus: () => ({
        status: PodSandboxStatus.create({
          id: 's1',
          labels,
          state: PodSandboxState.SANDBOX_NOTREADY,
          network: { ip: '10.0.0.2', additionalIps: [{ ip: 'fd00::2' }] },
        }),
        info: {},
      }),
      containerStatus: () => ({
        status: ContainerStatus.create({
          id: 'c1',
          labels,
          state: ContainerState.CONTAINER_EXITED,
          startedAt: 1_795_509_220_807_123_456n,
          finishedAt: 1_795_509_221_807_123_456n,
          exitCode: 137,
          reason: 'OOMKilled',
          message: 'out of memory',
          imageId: 'sha256:1',
          user: { linux: { uid: 1000n, gid: 0n, supplementalGroups: [5n] } },
        }),
        info: {},
      }),
    });
    const { sandboxes, containers } = await new CriWatch(scripted.channel).observe(uid, signal);
    assert.equal(sandboxes[0]?.ready, false);
    assert.deepEqual(sandboxes[0]?.ips, ['10.0.0.2', 'fd00::2']);
    assert.equal(containers[0]?.startedAt, 1_795_509_220_807);
    assert.equal(containers[0]?.finishedAt, 1_795_509_221_807);
    assert.equal(containers[0]?.exitCode, 137);
    assert.equal(containers[0]?.reason, 'OOMKilled');
    assert.equal(containers[0]?.message, 'out of memory');
    assert.equal(containers[0]?.imageId, 'sha256:1');
    assert.deepEqual(containers[0]?.user, { uid: 1000, gid: 0, supplementalGroups: [5] });
  });

  test('list() reads a settled status once, and again when the state of its row is another', async () => {
    let state: ContainerState = ContainerState.CONTAINER_RUNNING;
    const foreign = PodSandbox.create({ id: 'foreign' });
    await using scripted = await ScriptedRuntime.start({
      listPodSandbox: () => runtime.ListPodSandboxResponse.create({ items: [sandboxRow, foreign] }),
      listContainers: () => runtime.ListContainersResponse.create({ containers: [{ ...containerRow, state }] }),
      podSandboxStatus: () => ({
        status: PodSandboxStatus.create({ id: 's1', labels, network: { ip: '10.0.0.2' } }),
        info: {},
      }),
      containerStatus: () => ({
        status: ContainerStatus.create({ id: 'c1', labels, state, startedAt: 1n, finishedAt: 2n }),
        info: {},
      }),
    });
    const watch = new CriWatch(scripted.channel);
    const first = await watch.list(signal);
    assert.deepEqual([...first.keys()], [uid], 'what has no label is not ours');
    assert.equal(scripted.calls.length, 4);
    assert.deepEqual(await watch.list(signal), first);
    assert.equal(scripted.calls.length, 6);
    state = ContainerState.CONTAINER_EXITED;
    const second = await watch.list(signal);
    assert.equal(second.get(uid)?.containers[0]?.state, 'exited');
    assert.deepEqual(scripted.calls.slice(6).sort(), ['containerStatus', 'listContainers', 'listPodSandbox']);
  });

  test('list() does not read again what a pod has looked at', async () => {
    await using scripted = await ScriptedRuntime.start({
      listPodSandbox: () => runtime.ListPodSandboxResponse.create({ items: [sandboxRow] }),
      listContainers: () => {
        const row = { ...containerRow, state: ContainerState.CONTAINER_RUNNING };
        return runtime.ListContainersResponse.create({ containers: [row] });
      },
      podSandboxStatus: () => ({
        status: PodSandboxStatus.create({ id: 's1', labels, network: { ip: '10.0.0.2' } }),
        info: {},
      }),
      containerStatus: () => {
        const state = ContainerState.CONTAINER_RUNNING;
        return { status: ContainerStatus.create({ id: 'c1', labels, state, startedAt: 1n }), info: {} };
      },
    });
    const watch = new CriWatch(scripted.channel);
    const looked = await watch.observe(uid, signal);
    assert.equal(scripted.calls.length, 4);
    assert.deepEqual(new Map([[uid, looked]]), await watch.list(signal));
    assert.deepEqual(scripted.calls.slice(4).sort(), ['listContainers', 'listPodSandbox']);
  });

  for (const [name, value] of [
    ['uid', '../../etc'],
    ['uid', '..'],
    ['name', 'web/../../..'],
    ['namespace', '../shop'],
  ] as const) {
    test(`a sandbox whose ${name} is "${value}" is none of ours: paths are made of it`, async () => {
      const odd = { ...sandboxRow, labels: { ...labels, [`io.kubernetes.pod.${name}`]: value } };
      await using scripted = await ScriptedRuntime.start({
        listPodSandbox: () => runtime.ListPodSandboxResponse.create({ items: [odd] }),
        listContainers: () => runtime.ListContainersResponse.create({}),
      });
      assert.equal((await new CriWatch(scripted.channel).list(signal)).size, 0);
    });
  }

  test('events() finds the pod of a sandbox that is gone, and passes over what belongs to no pod', async () => {
    const ofPod = { metadata: { uid, name: '', namespace: '', attempt: 0 } };
    const event = (containerId: string, containerEventType: number, podSandboxStatus?: object): unknown =>
      runtime.ContainerEventResponse.create({
        containerId,
        containerEventType: containerEventType as never,
        ...(podSandboxStatus && { podSandboxStatus }),
      });
    await using scripted = await ScriptedRuntime.start({
      getContainerEvents: () => [
        event('s1', 1, ofPod),
        event('foreign', 1),
        event('c1', 99, ofPod),
        event('s1', 3),
        event('s1', 3),
      ],
    });
    const events: RuntimeEvent[] = await Array.fromAsync(new CriWatch(scripted.channel).events(signal));
    assert.deepEqual(events, [
      { uid, containerId: 's1', kind: 'started' },
      { uid, containerId: 's1', kind: 'deleted' },
    ]);
  });

  test('status() of a runtime that leaves its conditions out is not ready, with a reason', async () => {
    await using scripted = await ScriptedRuntime.start({
      version: () => runtime.VersionResponse.create({ runtimeName: 'odd' }),
      status: () => runtime.StatusResponse.create({}),
    });
    const status = await new CriWatch(scripted.channel).status(signal);
    assert.equal(status.ready, false);
    assert.match(status.notReadyReason, /does not report/);
    assert.equal(status.networkReady, false);
    assert.equal(status.cgroupDriver, undefined, 'RuntimeConfig is not there either');
  });

  test("status() tells the network's trouble in the runtime's words, and the cgroup driver", async () => {
    const conditions = [
      { type: 'RuntimeReady', status: true, reason: 'x', message: 'y' },
      {
        type: 'NetworkReady',
        status: false,
        reason: 'NetworkPluginNotReady',
        message: 'no network config in /etc/cni',
      },
    ];
    await using scripted = await ScriptedRuntime.start({
      version: () => runtime.VersionResponse.create({ runtimeName: 'odd' }),
      status: () =>
        runtime.StatusResponse.create({ status: { conditions }, runtimeHandlers: [{ name: '' }, { name: '' }] }),
      runtimeConfig: () =>
        runtime.RuntimeConfigResponse.create({ linux: { cgroupDriver: runtime.CgroupDriver.CGROUPFS } }),
    });
    const status = await new CriWatch(scripted.channel).status(signal);
    assert.equal(status.ready, true);
    assert.equal(status.notReadyReason, '');
    assert.equal(status.networkNotReadyReason, 'NetworkPluginNotReady: no network config in /etc/cni');
    assert.deepEqual(status.handlers, ['']);
    assert.equal(status.cgroupDriver, 'cgroupfs');
  });
});

suite('changing a runtime', () => {
  test('the outcome is unknown when what was made can not be read back', async () => {
    await using scripted = await listing({
      runPodSandbox: () => ({ podSandboxId: 's1' }),
      podSandboxStatus: absent,
      startContainer: () => ({}),
      containerStatus: absent,
    });
    const unknown = (error: unknown): boolean => error instanceof PortError && error.kind === 'unknown-outcome';
    const config = {
      name: '',
      namespace: '',
      uid,
      attempt: 0,
      logDirectory: '',
      portMappings: [],
      labels,
      annotations: {},
    };
    const run = new CriSandboxes(scripted.channel).run(
      {
        ...config,
        cgroupParent: '',
        sysctls: {},
        namespaces: { network: 'POD', pid: 'POD', ipc: 'POD' },
        supplementalGroups: [],
        privileged: false,
        seccomp: { type: 'RuntimeDefault' },
        runtimeHandler: '',
      },
      signal,
    );
    await assert.rejects(run, unknown);
    await assert.rejects(new CriContainers(scripted.channel).start('c1' as never, signal), unknown);
  });

  test('an exec that the runtime ended for its time is refused, its output is cut at 16 KiB', async () => {
    await using scripted = await ScriptedRuntime.start({
      execSync: ({ timeout }: runtime.ExecSyncRequest) => {
        if (timeout === 2n) {
          throw Object.assign(new Error(), { code: grpc.status.DEADLINE_EXCEEDED, details: 'timeout 2s exceeded' });
        }
        assert.equal(timeout, 0n);
        return { stdout: Buffer.alloc(20_000, 'a'), stderr: Buffer.alloc(0), exitCode: 0 };
      },
    });
    const containers = new CriContainers(scripted.channel);
    const request = { id: 'c1' as never, command: ['x'] };
    await assert.rejects(containers.execSync({ ...request, timeout: seconds(1.5) }, signal), (error) => {
      assert.ok(error instanceof PortError);
      assert.equal(error.kind, 'refused');
      assert.equal(error.message, 'cannot run a command in container c1: it did not end within 2 s');
      return true;
    });
    const { stdout } = await containers.execSync({ ...request, timeout: undefined }, signal);
    assert.equal(stdout.length, 16 * 1024);
  });
});
