import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container, PodSpec } from '../../../kube/pod.ts';
import type { ContainerStatus, PodStatus } from '../../../kube/pod-status.ts';
import type { Tick, WallTime } from '../../../lib/time.ts';
import {
  containerSeen,
  containerSpec,
  exitedContainer,
  nodeView,
  podInput,
  podSpec,
  sandboxSeen,
  wantedPod,
} from '../../../testing/specs.ts';
import { type Kept, nothingKept } from '../kept.ts';
import {
  type ContainerId,
  type ContainerSeen,
  type FailureSeen,
  nothingSeen,
  type SandboxId,
  type Seen,
} from '../seen.ts';
import type { WantedPod } from '../want.ts';
import { podStatus } from './pod-status.ts';
import { podSummary } from './summary.ts';

const wall = 1_005_500 as WallTime;
const restarts = (attempt: number, delay: number): Kept['containers'][string] => ({
  attempt,
  backOff: { delay, since: 0 as Tick },
});

interface Scene {
  readonly spec?: Partial<PodSpec>;
  readonly want?: Partial<WantedPod>;
  readonly seen?: Partial<Seen>;
  readonly kept?: Partial<Kept>;
  readonly previous?: PodStatus;
}

/** A looked-at pod with a ready sandbox, unless the scene says something else. */
function statusOf({ spec = {}, want = {}, seen = {}, kept = {}, previous }: Scene): PodStatus {
  const input = podInput({
    want: wantedPod(podSpec(spec, { generation: 7 }), want),
    seen: { ...nothingSeen, observed: true, look: 'no', sandboxes: [sandboxSeen()], ...seen },
    kept: { ...nothingKept, admitted: true, startTime: 999_000 as WallTime, ...kept },
  });
  return podStatus(input, wall, previous);
}

function summaryOf(scene: Scene): string {
  return podSummary(podSpec(scene.spec ?? {}), statusOf(scene), scene.want?.deletion !== undefined);
}

function only(status: PodStatus): ContainerStatus {
  const [container] = status.containerStatuses;
  assert.ok(container !== undefined);
  return container;
}

function failure(message: string, count = 1): FailureSeen {
  return { key: 'k', kind: 'unavailable', message, count, at: 4_000 as Tick };
}

function condition(status: PodStatus, type: string) {
  return status.conditions.find((one) => one.type === type);
}

const running = { containers: [containerSeen('c')] };
const init = [containerSpec('i')];
const deletion = { graceSeconds: 30, seenAt: 4_000 as Tick };

suite('podStatus(): a running pod', () => {
  const status = statusOf({ seen: running });

  test('has its addresses, times and class', () => {
    assert.partialDeepStrictEqual(status, {
      phase: 'Running',
      observedGeneration: 7,
      hostIP: '10.0.0.9',
      hostIPs: [{ ip: '10.0.0.9' }],
      podIP: '10.244.0.5',
      podIPs: [{ ip: '10.244.0.5' }],
      startTime: '1970-01-01T00:16:39Z',
      qosClass: 'BestEffort',
    });
  });

  test('has a ready container', () => {
    assert.deepEqual(only(status), {
      name: 'c',
      state: { running: { startedAt: '1970-01-01T00:16:41Z' } },
      lastState: {},
      ready: true,
      started: true,
      restartCount: 0,
      image: 'docker.io/library/busybox:1.36',
      imageID: 'sha256:abc',
      containerID: 'containerd://c-0',
      resources: {},
    });
  });

  test('has all conditions true, in their order', () => {
    assert.deepEqual(
      status.conditions.map(({ type, status: is }) => [type, is]),
      ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => [
        type,
        'True',
      ]),
    );
    assert.ok(status.conditions.every(({ observedGeneration }) => observedGeneration === 7));
  });

  test('keeps the time of a condition whose status is the same', () => {
    const previous: PodStatus = {
      ...status,
      conditions: status.conditions.map((one) => ({ ...one, lastTransitionTime: '1970-01-01T00:00:01Z' })),
    };
    const again = statusOf({ seen: running, previous });
    assert.ok(again.conditions.every(({ lastTransitionTime }) => lastTransitionTime === '1970-01-01T00:00:01Z'));
    const crashed = statusOf({ seen: { containers: [exitedContainer('c', 1)] }, previous });
    assert.equal(condition(crashed, 'Ready')?.lastTransitionTime, '1970-01-01T00:16:45Z');
    assert.equal(condition(crashed, 'Initialized')?.lastTransitionTime, '1970-01-01T00:00:01Z');
  });

  test('sorts containers by name, and tells mounts, resources and users', () => {
    const resources = { limits: { cpu: '1' }, requests: { cpu: '500m' } };
    const volumeMounts = [{ name: 'v', mountPath: '/v', readOnly: true }];
    const containers = [containerSpec('b'), containerSpec('a', { resources, volumeMounts })];
    const user = { uid: 1, gid: 2, supplementalGroups: [3] };
    const { containerStatuses } = statusOf({
      spec: { containers },
      seen: { containers: [containerSeen('a', { user })] },
    });
    assert.deepEqual(
      containerStatuses.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.partialDeepStrictEqual(containerStatuses[0], {
      resources,
      allocatedResources: { cpu: '500m' },
      user: { linux: user },
      volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true, recursiveReadOnly: 'Disabled' }],
    });
  });

  test('a pod on the host’s network has the node’s addresses', () => {
    const sandboxes = [sandboxSeen({ network: 'NODE', ips: [] })];
    const hosted = statusOf({ spec: { hostNetwork: true }, seen: { ...running, sandboxes } });
    assert.deepEqual([hosted.podIP, condition(hosted, 'PodReadyToStartContainers')?.status], ['10.0.0.9', 'True']);
  });

  test('the node’s primary family comes first, and one address of each', () => {
    const sandboxes = [sandboxSeen({ ips: ['fd00::5', '10.244.0.5', '10.244.0.6'] })];
    assert.deepEqual(statusOf({ seen: { ...running, sandboxes } }).podIPs, [{ ip: '10.244.0.5' }, { ip: 'fd00::5' }]);
  });

  test('its addresses are kept when its sandbox is gone', () => {
    const gone = statusOf({ seen: { ...running, sandboxes: [sandboxSeen({ ready: false })] }, previous: status });
    assert.equal(gone.podIP, '10.244.0.5');
  });

  test('is not ready while its postStart hook runs', () => {
    const lifecycle = { postStart: { exec: { command: ['x'] } } };
    const scene = { spec: { containers: [containerSpec('c', { lifecycle })] }, seen: running };
    const ready = (postStart: 'begun' | 'done') =>
      only(
        statusOf({
          ...scene,
          kept: { containers: { c: { attempt: 0, postStart } } },
          seen: { ...running, hooksBegun: { 'c#0/postStart': 1 as Tick } },
        }),
      );
    assert.deepEqual([ready('begun').started, ready('begun').ready], [false, false]);
    assert.deepEqual([ready('done').started, ready('done').ready], [true, true]);
  });
});

suite('podStatus(): a pod that waits', () => {
  const sandboxes = [] as const;
  type Row = readonly [name: string, scene: Scene, reason: string, message: RegExp | undefined];
  const withEnv = (fields: Partial<Container>): Partial<PodSpec> => ({ containers: [containerSpec('c', fields)] });
  const image = (name: string, policy: Container['imagePullPolicy'] = 'IfNotPresent') =>
    withEnv({ image: name, imagePullPolicy: policy });
  const present = { kind: 'present', id: 'i', uid: 0, pulledFor: [] } as const;
  const crashed = { containers: [exitedContainer('c', 3, { attempt: 1, reason: 'Error', message: 'boom' })] };
  const rows: readonly Row[] = [
    ['nothing yet', { seen: { sandboxes } }, 'ContainerCreating', undefined],
    ['init containers', { spec: { initContainers: init }, seen: { sandboxes } }, 'PodInitializing', undefined],
    [
      'a created container',
      { seen: { containers: [containerSeen('c', { state: 'created' })] } },
      'ContainerCreating',
      undefined,
    ],
    [
      'a sandbox that fails',
      { seen: { sandboxes, failures: { sandbox: failure('no network') } } },
      'ContainerCreating',
      /^no network$/,
    ],
    [
      'a volume that fails',
      { seen: { failures: { 'volume v': failure('no space') } } },
      'ContainerCreating',
      /^no space$/,
    ],
    [
      'a volume whose ConfigMap is missing',
      { spec: { volumes: [{ name: 'v', configMap: { name: 'a', defaultMode: 0o644, optional: false } }] } },
      'ContainerCreating',
      /^ConfigMap default\/a: not found$/,
    ],
    ['a bad image name', { spec: image('Bad Name') }, 'InvalidImageName', /"Bad Name"/],
    [
      'a pull that failed',
      { spec: image('a'), seen: { failures: { 'image a': failure('no route') } } },
      'ErrImagePull',
      /^no route$/,
    ],
    [
      'pulls that failed',
      { spec: image('a'), seen: { failures: { 'image a': failure('no route', 2) } } },
      'ImagePullBackOff',
      /^Back-off pulling image "a": ErrImagePull: no route$/,
    ],
    [
      'an image that is never pulled',
      { spec: image('a', 'Never'), seen: { images: { a: { kind: 'absent' } } } },
      'ErrImageNeverPull',
      /"a"/,
    ],
    [
      'a failed creation',
      { seen: { failures: { 'container c': failure('no shim') } } },
      'CreateContainerError',
      /^no shim$/,
    ],
    [
      'a failed creation of a later attempt',
      {
        seen: { containers: [exitedContainer('c', 1)], failures: { 'container c': failure('no shim') } },
        kept: { containers: { c: { attempt: 1 } } },
      },
      'CreateContainerError',
      /^no shim$/,
    ],
    [
      'a failed start',
      {
        seen: {
          containers: [exitedContainer('c', 128, { reason: 'StartError' })],
          failures: { 'container c': failure('no such file') },
        },
      },
      'RunContainerError',
      /^no such file$/,
    ],
    [
      'a missing ConfigMap',
      { spec: withEnv({ envFrom: [{ configMapRef: { name: 'a', optional: false } }] }) },
      'CreateContainerConfigError',
      /^ConfigMap default\/a: not found$/,
    ],
    [
      'a root image that must not be root',
      { spec: withEnv({ image: 'a', securityContext: { runAsNonRoot: true } }), seen: { images: { a: present } } },
      'CreateContainerConfigError',
      /runAsNonRoot/,
    ],
    [
      'a crash loop, with its cause',
      { seen: crashed, kept: { containers: { c: restarts(1, 10_000) } } },
      'CrashLoopBackOff',
      /^back-off 10s restarting failed container=c pod=web_default\(u1\): last ended with exit code 3 \(Error\): boom$/,
    ],
    [
      'a postStart hook that failed',
      {
        seen: {
          containers: [exitedContainer('c', 137)],
          hooks: { 'c-0/postStart': { ok: false, message: 'exit code 2' } },
        },
      },
      'PostStartHookError',
      /^exit code 2$/,
    ],
    [
      'a crash loop for a postStart hook',
      {
        seen: {
          containers: [exitedContainer('c', 137)],
          hooks: { 'c-0/postStart': { ok: false, message: 'exit code 2' } },
        },
        kept: { containers: { c: restarts(0, 10_000) } },
      },
      'CrashLoopBackOff',
      /exit code 137: exit code 2$/,
    ],
  ];
  for (const [name, scene, reason, message] of rows) {
    test(`${name}: ${reason}`, () => {
      const { state } = only(statusOf(scene));
      assert.equal(state.waiting?.reason, reason, JSON.stringify(state));
      if (message === undefined) assert.equal(state.waiting.message, undefined);
      else assert.match(state.waiting.message ?? '', message);
    });
  }

  test('a crash loop shows the last end, and the pod still counts as running', () => {
    const status = statusOf({ seen: crashed, kept: { containers: { c: restarts(1, 10_000) } } });
    assert.equal(status.phase, 'Running');
    assert.equal(only(status).restartCount, 1);
    assert.equal(only(status).lastState.terminated?.exitCode, 3);
  });

  test('a back-off that is over leaves the end as it is', () => {
    const status = statusOf({ seen: crashed, kept: { containers: { c: restarts(1, 1_000) } } });
    assert.equal(only(status).state.terminated?.exitCode, 3);
  });

  test('a pod that is deleted waits for nothing', () => {
    const seen = { ...crashed, failures: { 'container c': failure('x') } };
    assert.equal(only(statusOf({ seen, want: { deletion } })).state.terminated?.exitCode, 3);
  });
});

suite('podStatus(): records that are lost', () => {
  const before = statusOf({ seen: running });

  test('nothing is told anew before the first look', () => {
    assert.equal(statusOf({ seen: { observed: false, look: 'first', sandboxes: [] }, previous: before }), before);
    assert.equal(statusOf({ seen: { observed: false, look: 'first', sandboxes: [] } }).phase, 'Pending');
  });

  test('a container that ran and is gone counts as failed, and the pod as running', () => {
    const status = statusOf({ previous: before });
    assert.equal(status.phase, 'Running');
    assert.deepEqual(only(status).lastState.terminated?.reason, 'ContainerStatusUnknown');
    assert.deepEqual([only(status).restartCount, only(status).state.waiting?.reason], [1, 'ContainerCreating']);
  });

  test('the state of a container that the runtime does not know is no guess', () => {
    const unknown = { containers: [containerSeen('c', { state: 'unknown' })] };
    const lost = statusOf({ seen: unknown, previous: before });
    assert.deepEqual([only(lost).state.terminated?.exitCode, only(lost).restartCount], [137, 1]);
    assert.deepEqual(only(statusOf({ seen: unknown, previous: lost })), only(lost));
    assert.equal(only(statusOf({ seen: unknown })).state.waiting?.reason, 'ContainerCreating');
  });

  test('an end is told once its exit code is read', () => {
    const { exitCode: _, ...unread } = exitedContainer('c', 0);
    const seen = { containers: [unread] };
    assert.ok(only(statusOf({ seen: { ...seen, look: 'soon' }, spec: { restartPolicy: 'Never' } })).state.running);
    const kept = { verdict: { phase: 'Failed' } } as const;
    const read = statusOf({ seen, kept, spec: { restartPolicy: 'Never' } });
    assert.deepEqual([only(read).state.terminated?.exitCode, read.phase], [137, 'Failed']);
  });

  test('an init container without a record has succeeded when what comes after it has begun', () => {
    const spec = { initContainers: init };
    const status = statusOf({ spec, seen: running });
    assert.equal(status.initContainerStatuses?.[0]?.state.terminated?.reason, 'Completed');
    assert.deepEqual([status.phase, condition(status, 'Initialized')?.status], ['Running', 'True']);
    const recorded = statusOf({ spec, kept: { sandboxAttempt: 0, containers: { i: { attempt: 0, succeededIn: 0 } } } });
    assert.equal(recorded.initContainerStatuses?.[0]?.ready, true);
  });

  test('restartCount never falls', () => {
    const previous = { ...before, containerStatuses: [{ ...only(before), restartCount: 5 }] };
    assert.equal(only(statusOf({ seen: running, previous })).restartCount, 5);
    // The instance of the second attempt was removed before it started, and another life of the agent tells.
    const kept = { containers: { c: { attempt: 1 } } };
    assert.equal(only(statusOf({ seen: { containers: [exitedContainer('c', 1)] }, kept })).restartCount, 1);
    assert.equal(only(statusOf({ seen: { containers: [] }, kept, previous: statusOf({}) })).restartCount, 1);
  });

  test('another instance in the place of one that ran and is gone is a restart, whatever its number', () => {
    const other = { containers: [containerSeen('c', { id: 'other' as ContainerId })] };
    const status = statusOf({ seen: other, previous: before });
    assert.deepEqual(
      [only(status).restartCount, only(status).lastState.terminated?.reason],
      [1, 'ContainerStatusUnknown'],
    );
    assert.deepEqual(statusOf({ seen: other, previous: status }), status);
  });
});

suite('podStatus(): the end', () => {
  const never = { restartPolicy: 'Never' } as const;

  test('a pod whose containers succeeded is Succeeded', () => {
    const kept = { verdict: { phase: 'Succeeded' } } as const;
    const status = statusOf({ spec: never, kept, seen: { containers: [exitedContainer('c', 0)] } });
    assert.deepEqual(
      [status.phase, condition(status, 'Ready')?.reason, condition(status, 'Initialized')?.reason],
      ['Succeeded', 'PodCompleted', 'PodCompleted'],
    );
  });

  test('a decided end is told once nothing runs any more', () => {
    const verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message: 'too long' } as const;
    const alive = statusOf({ seen: running, kept: { verdict } });
    assert.deepEqual(
      [alive.phase, alive.reason, condition(alive, 'Ready')?.reason],
      ['Running', undefined, 'PodFailed'],
    );
    const over = statusOf({ seen: { containers: [exitedContainer('c', 0)] }, kept: { verdict } });
    assert.deepEqual([over.phase, over.reason, over.message], ['Failed', 'DeadlineExceeded', 'too long']);
  });

  test('an end that is not recorded yet is not told, for after a crash it could be another one', () => {
    const over = { containers: [exitedContainer('c', 0)] };
    assert.equal(statusOf({ spec: never, seen: over }).phase, 'Running');
    const previous = statusOf({ spec: never, seen: running });
    assert.equal(statusOf({ spec: never, seen: over, previous }).phase, 'Running');
  });

  test('a pod whose init container failed has not ended while its sidecar runs', () => {
    const initContainers = [containerSpec('s', { restartPolicy: 'Always' }), containerSpec('i')];
    const seen = { containers: [containerSeen('s'), exitedContainer('i', 1)] };
    assert.equal(statusOf({ spec: { ...never, initContainers }, seen }).phase, 'Pending');
  });

  test('a recorded end is told by the next life of the agent before it has looked', () => {
    const verdict = { phase: 'Failed', reason: 'DeadlineExceeded' } as const;
    const status = statusOf({ spec: never, kept: { verdict }, seen: { ...nothingSeen } });
    assert.deepEqual([status.phase, status.reason], ['Failed', 'DeadlineExceeded']);
    const previous = statusOf({ spec: never });
    const told = statusOf({ spec: never, kept: { verdict }, seen: { ...nothingSeen }, previous });
    assert.deepEqual([previous.phase, told.phase, told.reason], ['Pending', 'Failed', 'DeadlineExceeded']);
  });

  test('a refused pod says so', () => {
    const verdict = { phase: 'Failed', reason: 'OutOfcpu', message: 'too much' } as const;
    const status = statusOf({ seen: { sandboxes: [] }, kept: { admitted: false, verdict } });
    assert.deepEqual(
      [status.phase, status.reason, status.message],
      ['Failed', 'OutOfcpu', 'Pod was rejected: too much'],
    );
  });

  test('a pod that is deleted before it began has failed', () => {
    const status = statusOf({ want: { deletion }, seen: { sandboxes: [] } });
    assert.deepEqual([status.phase, only(status).state.terminated?.reason], ['Failed', 'ContainerStatusUnknown']);
  });

  test('a deleted pod keeps its phase while a container runs, or may', () => {
    assert.equal(statusOf({ want: { deletion }, seen: running }).phase, 'Running');
    const created = [containerSeen('c', { state: 'created' })];
    assert.equal(statusOf({ want: { deletion }, seen: { containers: created } }).phase, 'Pending');
  });

  test('a deleted pod whose containers ended well has succeeded, whatever its restart policy', () => {
    const containers = [exitedContainer('c', 0)];
    assert.equal(statusOf({ want: { deletion }, seen: { containers } }).phase, 'Succeeded');
  });

  test('a terminal phase is never undone', () => {
    const kept = { verdict: { phase: 'Failed', reason: 'R' } } as const;
    const done = statusOf({ spec: never, kept, seen: { containers: [exitedContainer('c', 1)] } });
    const again = statusOf({ seen: running, previous: done });
    assert.deepEqual([again.phase, again.reason], ['Failed', 'R']);
  });

  test('long messages are cut to what a pod may say', () => {
    const message = 'é'.repeat(20_000);
    const status = statusOf({ spec: never, seen: { containers: [exitedContainer('c', 1, { message })] } });
    assert.equal(only(status).state.terminated?.message?.length, 6 * 1024);
  });
});

suite('podStatus(): a pod that only the runtime knows', () => {
  test('shows its containers', () => {
    const input = podInput({ want: { kind: 'absent' }, seen: { ...nothingSeen, observed: true, ...running } });
    const status = podStatus(input, wall);
    assert.deepEqual([status.phase, only(status).name, only(status).ready], ['Running', 'c', true]);
  });

  test('has ended when none of them runs', () => {
    const seen: Seen = { ...nothingSeen, observed: true, look: 'no', containers: [exitedContainer('c', 1)] };
    assert.equal(podStatus(podInput({ want: { kind: 'absent' }, seen }), wall).phase, 'Failed');
  });

  test('is not told to have ended while nothing tells of an end', () => {
    const want = { kind: 'absent' } as const;
    const bare: Seen = { ...nothingSeen, observed: true, look: 'no' };
    const made: Seen = { ...bare, containers: [containerSeen('c', { state: 'created' })] };
    const unsure: Seen = { ...bare, look: 'first', containers: [exitedContainer('c', 1)] };
    for (const seen of [bare, made, unsure]) {
      assert.equal(podStatus(podInput({ want, seen }), wall).phase, 'Pending');
      const previous: PodStatus = { ...statusOf({ seen: running }), phase: 'Running' };
      assert.equal(podStatus(podInput({ want, seen }), wall, previous).phase, 'Running');
    }
  });
});

suite('PodReadyToStartContainers', () => {
  const other = 's1' as SandboxId;
  const rows: readonly (readonly [string, Seen['sandboxes'], string | undefined])[] = [
    ['a ready one', [sandboxSeen()], undefined],
    ['none', [], 'no pod sandbox exists'],
    ['a dead one', [sandboxSeen({ ready: false })], 'pod sandbox is not ready'],
    ['one without an address', [sandboxSeen({ ips: [] })], 'pod sandbox has no IP address'],
    ['one of another network', [sandboxSeen({ network: 'NODE' })], 'the network namespace of the pod has changed'],
    ['two ready ones', [sandboxSeen({ id: other }), sandboxSeen()], 'more than one pod sandbox is ready'],
    ['a ready one after a dead one', [sandboxSeen({ id: other }), sandboxSeen({ ready: false })], undefined],
  ];
  for (const [name, sandboxes, message] of rows) {
    test(name, () => {
      const found = condition(statusOf({ seen: { sandboxes } }), 'PodReadyToStartContainers');
      const expected = message === undefined ? ['True', undefined] : ['False', 'PodSandboxNotReady'];
      assert.deepEqual([found?.status, found?.reason], expected);
      assert.equal(found?.message, message);
    });
  }
});

suite('podSummary()', () => {
  const sidecar = [containerSpec('s', { restartPolicy: 'Always' })];
  const two = [containerSpec('a'), containerSpec('b')];
  const twoSeen = (first: ContainerSeen, second: ContainerSeen) => ({ containers: [first, second] });
  const rows: readonly (readonly [string, Scene])[] = [
    ['Running', { seen: running }],
    ['ContainerCreating', {}],
    ['Terminating', { seen: running, want: { deletion } }],
    ['Completed', { spec: { restartPolicy: 'Never' }, seen: { containers: [exitedContainer('c', 0)] } }],
    ['Error', { spec: { restartPolicy: 'Never' }, seen: { containers: [exitedContainer('c', 1)] } }],
    [
      'OOMKilled',
      { spec: { restartPolicy: 'Never' }, seen: { containers: [exitedContainer('c', 137, { reason: 'OOMKilled' })] } },
    ],
    [
      'CrashLoopBackOff',
      { seen: { containers: [exitedContainer('c', 1)] }, kept: { containers: { c: restarts(1, 10_000) } } },
    ],
    ['Init:0/1', { spec: { initContainers: init }, seen: { containers: [containerSeen('i')] } }],
    ['Init:0/1', { spec: { initContainers: init } }],
    [
      'Init:Error',
      { spec: { initContainers: init, restartPolicy: 'Never' }, seen: { containers: [exitedContainer('i', 1)] } },
    ],
    [
      'Init:CrashLoopBackOff',
      {
        spec: { initContainers: init },
        seen: { containers: [exitedContainer('i', 1)] },
        kept: { containers: { i: restarts(1, 10_000) } },
      },
    ],
    ['PodInitializing', { spec: { initContainers: init }, seen: { containers: [exitedContainer('i', 0)] } }],
    ['PodInitializing', { spec: { initContainers: sidecar }, seen: { containers: [containerSeen('s')] } }],
    ['Running', { spec: { initContainers: sidecar }, seen: { containers: [containerSeen('s'), containerSeen('c')] } }],
    [
      'NotReady',
      { spec: { containers: two, restartPolicy: 'Never' }, seen: twoSeen(exitedContainer('a', 0), containerSeen('b')) },
    ],
    [
      'Error',
      {
        spec: { containers: two, restartPolicy: 'Never' },
        seen: twoSeen(exitedContainer('a', 0), exitedContainer('b', 1)),
      },
    ],
    [
      'OutOfpods',
      { seen: { sandboxes: [] }, kept: { admitted: false, verdict: { phase: 'Failed', reason: 'OutOfpods' } } },
    ],
  ];
  for (const [expected, scene] of rows) {
    test(`${expected}: ${JSON.stringify(scene.seen?.containers?.map(({ name, state }) => `${name} ${state}`) ?? [])}`, () => {
      assert.equal(summaryOf(scene), expected);
    });
  }
});

test('the id in a status begins with the runtime’s name', () => {
  const input = podInput({
    node: nodeView({ runtimeName: 'cri-o' }),
    seen: { ...nothingSeen, observed: true, ...running },
  });
  assert.equal(only(podStatus(input, wall)).containerID, 'cri-o://c-0');
});
