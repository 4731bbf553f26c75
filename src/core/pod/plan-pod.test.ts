import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tick, WallTime } from '../../lib/time.ts';
import { planViolations } from '../../testing/plan-violations.ts';
import { pod } from '../../testing/pods.ts';
import { containerSeen, exitedContainer, nodeView, podInput, sandboxSeen } from '../../testing/specs.ts';
import { volumePlans } from '../volume/plans.ts';
import type { Action, Step } from './action.ts';
import type { PodInput } from './input.ts';
import { type Kept, nothingKept } from './kept.ts';
import { learn } from './learn.ts';
import type { Plan } from './plan.ts';
import { planPod } from './plan-pod.ts';
import { type ContainerSeen, nothingSeen, type SandboxId, type Seen } from './seen.ts';

const now = 5_000 as Tick;
const looked: Seen = { ...nothingSeen, observed: true, look: 'no' };
const present = { kind: 'present', id: 'sha256:1', uid: 0, pulledFor: [] } as const;
const hooks = { postStart: { exec: { command: ['hi'] } }, preStop: { exec: { command: ['bye'] } } };
const web = pod('web').container('c');

/** An admitted pod with attempt 0 of everything, prepared, with its image, in sandbox s0. */
function input(fields: Partial<PodInput> = {}, seen: Partial<Seen> = {}, kept: Partial<Kept> = {}): PodInput {
  const base = podInput({ want: web.want(), now, ...fields });
  const names = ['c', 'd', 'i', 'j', 's', 't'];
  const full: PodInput = {
    ...base,
    seen: { ...looked, sandboxes: [sandboxSeen()], images: { 'busybox:1.36': present }, ...seen },
    kept: {
      ...nothingKept,
      revision: 7,
      admitted: true,
      startTime: 999_000 as WallTime,
      identity: { namespace: 'default', name: 'web' },
      sandboxAttempt: 0,
      containers: Object.fromEntries(names.map((name) => [name, { attempt: 0 }])),
      ...kept,
    },
  };
  return seen.prepared === undefined ? prepared(full) : full;
}

/** The same once its folders and volumes are in place. */
function prepared(before: PodInput): PodInput {
  const step = planPod({ ...before, seen: { ...looked, sandboxes: [] } }).actions.find(
    ({ kind }) => kind === 'prepare',
  );
  const { want, uid, node, seen } = before;
  const plans = want.kind === 'pod' ? volumePlans(want, uid, node).plans : [];
  const volumes = Object.fromEntries(plans.map(({ name, version }) => [name, { version }]));
  return { ...before, seen: { ...seen, prepared: step?.key ?? 'none', volumes } };
}

function plan(of: PodInput): Plan {
  const made = planPod(of);
  assert.deepEqual(planViolations(of, made), []);
  return made;
}

function keys({ actions }: Plan): readonly string[] {
  return actions.map(({ key }) => key);
}

function codes({ waits }: Plan): readonly string[] {
  return waits.map(({ code }) => code);
}

function step<Kind extends Step['kind']>(made: Plan, kind: Kind): Extract<Action, { kind: Kind }> {
  const found = made.actions.find((action) => action.kind === kind);
  assert.ok(found, `no ${kind} among ${keys(made).join(', ')}`);
  return found as Extract<Action, { kind: Kind }>;
}

function failure(target: string, key: string, fields: Partial<Seen['failures'][string]> = {}): Partial<Seen> {
  const failed = { key, kind: 'unavailable', message: 'cannot do it', count: 1, at: now, ...fields } as const;
  return { failures: { [target]: failed } };
}

suite('planPod() for a pod that nobody has looked at or that may not start', () => {
  test('asks for a look and nothing else', () => {
    const made = plan(podInput({ want: web.want(), seen: nothingSeen, kept: nothingKept }));
    assert.deepEqual(keys(made), ['look']);
    assert.deepEqual(codes(made), ['FirstLook']);
  });

  test('after a look that failed waits before the next', () => {
    const seen = { ...nothingSeen, ...failure('runtime', 'look') };
    const made = plan(podInput({ want: web.want(), seen, kept: nothingKept, now }));
    assert.deepEqual(keys(made), []);
    assert.equal(made.wakeAt, 5_500);
  });

  test('records a rejection with its verdict, and then is finished', () => {
    const admission = { kind: 'rejected', reason: 'OutOfcpu', message: 'no cpu' } as const;
    const made = plan(podInput({ want: web.want(), seen: looked, kept: nothingKept, admission }));
    const { kept } = step(made, 'record');
    assert.deepEqual(kept.verdict, { phase: 'Failed', reason: 'OutOfcpu', message: 'no cpu' });
    const after = plan(podInput({ want: web.want(), seen: looked, kept, admission }));
    assert.equal(after.stage, 'finished');
    assert.deepEqual(keys(after), []);
  });
});

suite('planPod() for a pod that starts', () => {
  const fresh = podInput({ want: web.want(), seen: looked, kept: nothingKept, now });

  test('does side by side what depends on nothing, and records all first attempts at once', () => {
    const made = plan(fresh);
    assert.deepEqual(
      made.actions.map(({ kind }) => kind),
      ['prepare', 'checkImage', 'record'],
    );
    const { kept } = step(made, 'record');
    assert.deepEqual(kept.identity, { namespace: 'default', name: 'web' });
    assert.equal(kept.startTime, fresh.wall);
    assert.equal(kept.sandboxAttempt, 0);
    assert.deepEqual(kept.containers, { c: { attempt: 0 } });
    assert.equal(made.wantsSlot, false);
  });

  test('makes the sandbox once that is recorded and the folders are there, with a slot', () => {
    const ready = input({}, { sandboxes: [] });
    assert.deepEqual(keys(plan(ready)), ['run sandbox 0']);
    const queued = plan({ ...ready, slot: { granted: false, ahead: 3 } });
    assert.deepEqual(keys(queued), []);
    assert.ok(queued.wantsSlot);
    assert.deepEqual(queued.waits.at(-1), { code: 'StartSlot', ahead: 3 });
    const unprepared = input({}, { sandboxes: [], prepared: '' });
    assert.deepEqual(
      plan(unprepared).actions.map(({ kind }) => kind),
      ['prepare'],
    );
  });

  test('makes nothing before the ledger says that the pod is admitted', () => {
    const { admitted: _, ...kept } = input().kept;
    assert.deepEqual(keys(plan({ ...input({}, { sandboxes: [] }), kept })), ['record 8']);
    assert.deepEqual(keys(plan({ ...input(), kept })), ['record 8']);
  });

  test('creates, then starts a container', () => {
    assert.deepEqual(keys(plan(input())), ['create c#0 in s0']);
    const made = input({}, { containers: [containerSeen('c', { state: 'created' })] });
    assert.deepEqual(keys(plan(made)), ['start c-0']);
    const log = '/var/log/pods/default_web_u1/c/0.log';
    assert.equal(step(plan(made), 'startContainer').logLink.to, log);
  });

  test('adopts what only the runtime knows, and creates nothing over it', () => {
    const seen = { containers: [containerSeen('c', { attempt: 4 })], sandboxes: [sandboxSeen({ attempt: 2 })] };
    const made = plan(input({}, seen, { admitted: undefined, containers: {}, sandboxAttempt: undefined } as never));
    const { kept } = step(made, 'record');
    assert.equal(kept.sandboxAttempt, 2);
    assert.deepEqual(kept.containers, { c: { attempt: 4 } });
    assert.deepEqual(keys(made), ['record 8']);
  });

  test('tries the next name for a sandbox or container whose name is taken by something nobody sees', () => {
    const early = { kind: 'conflict', at: now } as const;
    const late = { kind: 'conflict', at: (now - 1_000) as Tick } as const;
    const run = (fields: object): Plan =>
      plan(input({}, { sandboxes: [], ...failure('sandbox', 'run sandbox 0', fields) }));
    assert.deepEqual(keys(run(early)), []);
    assert.equal(step(run(late), 'record').kept.sandboxAttempt, 1);
    const key = 'create c#0 in s0';
    const create = (fields: object): Plan => plan(input({}, failure('container c', key, fields)));
    assert.deepEqual(keys(create(early)), []);
    assert.equal(step(create(late), 'record').kept.containers['c']?.attempt, 1);
  });

  test('waits for an object that is missing, by name, and makes the sandbox meanwhile', () => {
    const volume = { name: 'v', configMap: { name: 'settings', defaultMode: 0o644, optional: false } };
    const made = plan(input({ want: web.volume(volume).want() }, { sandboxes: [] }));
    assert.deepEqual(keys(made), ['run sandbox 0']);
    const wait = made.waits.find(({ code }) => code === 'MissingInput');
    assert.ok(wait?.code === 'MissingInput' && wait.object === 'ConfigMap default/settings');
    assert.deepEqual(keys(plan(input({ want: web.volume(volume).want() }))), []);
  });

  test('after a change of content mounts the volume again at once, whatever failed before', () => {
    const volume = { name: 'v', emptyDir: { medium: '' } } as const;
    const want = web.volume(volume).want();
    const failed = input({ want }, { prepared: 'x', ...failure('volume v', 'mount v old', { count: 9 }) });
    assert.ok(keys(plan(failed)).some((key) => key.startsWith('mount v ')));
  });
});

suite('planPod() for images', () => {
  const image = 'busybox:1.36';
  const with_ = (imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never', seen: Partial<Seen>): Plan => {
    return plan(input({ want: pod('web').container('c', image, { imagePullPolicy }).want() }, seen));
  };
  const absent = { images: { [image]: { kind: 'absent', at: now } as const } };

  test('IfNotPresent looks for it first, and pulls it when it is absent', () => {
    assert.deepEqual(keys(with_('IfNotPresent', { images: {} })), ['check busybox:1.36']);
    assert.deepEqual(keys(with_('IfNotPresent', absent)), ['pull busybox:1.36']);
    assert.deepEqual(keys(with_('IfNotPresent', {})), ['create c#0 in s0']);
  });

  test('Always pulls it for each instance', () => {
    const pulled = (instance: string): Partial<Seen> => ({
      images: { [image]: { ...present, pulledFor: [instance] } },
    });
    assert.deepEqual(step(with_('Always', {}), 'pullImage').pulledFor, ['c#0']);
    assert.deepEqual(keys(with_('Always', pulled('c#1'))), ['pull busybox:1.36']);
    assert.deepEqual(keys(with_('Always', pulled('c#0'))), ['create c#0 in s0']);
  });

  test('Never waits, and looks again from time to time', () => {
    const made = with_('Never', absent);
    assert.deepEqual(keys(made), []);
    assert.deepEqual(codes(made), ['ImageNeverPull']);
    assert.equal(made.wakeAt, 15_000);
    const earlier = { images: { [image]: { kind: 'absent', at: (now - 10_000) as Tick } as const } };
    assert.deepEqual(keys(with_('Never', earlier)), ['check busybox:1.36']);
  });

  test('a pull that failed backs off with its own words, and the pod asks for no slot', () => {
    const made = with_('IfNotPresent', { ...absent, ...failure(`image ${image}`, `pull ${image}`, { count: 2 }) });
    assert.deepEqual(made.waits, [{ code: 'ImageBackOff', image, until: 25_000, error: 'cannot do it' }]);
    assert.equal(made.wakeAt, 25_000);
    assert.equal(made.wantsSlot, false);
  });

  test('all images are fetched side by side, also those of containers whose turn is later', () => {
    const want = pod('web').init('i', 'one').container('c', 'two').container('d', 'two').want();
    assert.deepEqual(keys(plan(input({ want }, { images: {} }))), ['check one', 'check two']);
  });
});

suite('planPod() for init containers', () => {
  const want = pod('web').init('i').init('j').container('c').want();
  const withInits = (containers: readonly ContainerSeen[], kept: Partial<Kept> = {}): Plan => {
    return plan(input({ want }, { containers }, kept));
  };

  test('runs them one at a time, in order', () => {
    assert.deepEqual(keys(withInits([])), ['create i#0 in s0']);
    const running = withInits([containerSeen('i')]);
    assert.deepEqual(keys(running), []);
    assert.deepEqual(codes(running), ['InitContainer']);
  });

  test('one that succeeded is recorded while the next one begins', () => {
    const made = withInits([exitedContainer('i', 0)]);
    assert.deepEqual(keys(made), ['create j#0 in s0', 'record 8']);
    assert.equal(step(made, 'record').kept.containers['i']?.succeededIn, 0);
  });

  test('one that failed is tried again with back-off', () => {
    assert.equal(step(withInits([exitedContainer('i', 1)]), 'record').kept.containers['i']?.attempt, 1);
    const kept = { containers: { i: { attempt: 0, backOff: { delay: 10_000, since: 1 as Tick } } } };
    const made = withInits([exitedContainer('i', 1)], kept);
    assert.deepEqual(codes(made), ['CrashBackOff']);
    assert.equal(made.wakeAt, 12_000);
  });

  test('a new sandbox runs them again, without back-off', () => {
    const again = input(
      { want },
      { containers: [exitedContainer('i', 0)], sandboxes: [sandboxSeen({ id: 's1' as SandboxId, attempt: 1 })] },
    );
    const made = plan({ ...again, kept: { ...again.kept, sandboxAttempt: 1 } });
    assert.deepEqual(step(made, 'record').kept.containers['i'], { attempt: 1 });
  });

  test('a sidecar lets the next one go once it runs, and is started again at any time', () => {
    const sidecar = pod('web').sidecar('s').init('i').container('c').want();
    const of = (containers: readonly ContainerSeen[]): Plan => plan(input({ want: sidecar }, { containers }));
    assert.deepEqual(keys(of([containerSeen('s')])), ['create i#0 in s0']);
    assert.deepEqual(keys(of([exitedContainer('s', 0), containerSeen('i')])), ['record 8']);
    const main = of([exitedContainer('s', 0), exitedContainer('i', 0), containerSeen('c')]);
    assert.equal(step(main, 'record').kept.containers['s']?.attempt, 1);
    assert.equal(step(main, 'record').kept.containers['i']?.succeededIn, 0);
  });
});

suite('planPod() for a pod that runs', () => {
  test('has nothing to do', () => {
    const made = plan(input({}, { containers: [containerSeen('c')] }));
    assert.deepEqual(made, { stage: 'running', actions: [], waits: [{ code: 'Running' }], wantsSlot: false });
  });

  test('starts in the order of the spec; what fails holds back nobody', () => {
    const want = web.container('d').want();
    const of = (seen: Partial<Seen>): Plan => plan(input({ want }, seen));
    assert.deepEqual(keys(of({})), ['create c#0 in s0', 'create d#0 in s0']);
    const created = [containerSeen('c', { state: 'created' }), containerSeen('d', { state: 'created' })];
    assert.deepEqual(keys(of({ containers: created })), ['start c-0']);
    assert.deepEqual(keys(of({ containers: created, ...failure('container c', 'start c-0') })), ['start d-0']);
  });

  test('a container whose postStart runs holds back the making of those after it', () => {
    const want = web.hooks(hooks).container('d').want();
    const running = { containers: [containerSeen('c')] };
    const asked = plan(input({ want }, running));
    assert.deepEqual(keys(asked), ['record 8']);
    assert.equal(step(asked, 'record').kept.containers['c']?.postStart, 'begun');
    const begun = input({ want }, { ...running, hooksBegun: { 'c#0/postStart': now } });
    const kept = {
      ...begun.kept,
      containers: { ...begun.kept.containers, c: { attempt: 0, postStart: 'begun' as const } },
    };
    assert.deepEqual(keys(plan({ ...begun, kept })), ['postStart c-0']);
    const done = { ...begun.seen, hooks: { 'c-0/postStart': { ok: true, message: '' } } };
    assert.deepEqual(keys(plan({ ...begun, kept, seen: done })), ['create d#0 in s0', 'record 8']);
    const lost = { ...begun.seen, hooksBegun: {} };
    assert.deepEqual(keys(plan({ ...begun, kept, seen: lost })), ['create d#0 in s0', 'record 8']);
  });

  test('a container whose postStart failed is stopped, after its preStop', () => {
    const want = web.hooks(hooks).want();
    const seen = { containers: [containerSeen('c')], hooks: { 'c-0/postStart': { ok: false, message: 'no' } } };
    const of = (row: Kept['containers'][string], more: Partial<Seen> = {}): Plan => {
      return plan(input({ want }, { ...seen, ...more }, { containers: { c: row } }));
    };
    assert.equal(step(of({ attempt: 0, postStart: 'begun' }), 'record').kept.containers['c']?.postStart, 'failed');
    const failed = { attempt: 0, postStart: 'failed' } as const;
    assert.equal(step(of(failed), 'record').kept.containers['c']?.preStop, 'begun');
    const begun = { hooksBegun: { 'c#0/preStop': 4_000 as Tick } };
    assert.deepEqual(keys(of({ ...failed, preStop: 'begun' }, begun)), ['preStop c-0']);
    const bye = { ...begun, hooks: { ...seen.hooks, 'c-0/preStop': { ok: true, message: '' } } };
    const stop = step(of({ ...failed, preStop: 'begun' }, bye), 'stopContainer');
    assert.equal(stop.key, 'stop c-0 by 34000');
    assert.equal(stop.graceSeconds, 29);
    assert.deepEqual(stop.why, { code: 'StopForHookFailure', container: 'c', detail: 'no' });
  });

  test('the back-off of a container that was stopped for its postStart hook tells what the hook said', () => {
    const crashed = exitedContainer('c', 137, { reason: 'Error' });
    const seen = {
      containers: [crashed],
      hooks: { [`${crashed.id}/postStart`]: { ok: false, message: 'no such file' } },
    };
    const kept = { containers: { c: { attempt: 0, backOff: { delay: 10_000, since: 1 as Tick } } } };
    const [wait] = plan(input({}, seen, kept)).waits;
    assert.ok(wait?.code === 'CrashBackOff');
    assert.equal(wait.lastExit, 'exit code 137 (Error: no such file)');
  });

  test('a crash is restarted at once the first time, and then with back-off', () => {
    const crashed = { containers: [exitedContainer('c', 3, { reason: 'Error' })] };
    const first = step(plan(input({}, crashed)), 'record').kept.containers['c'];
    assert.deepEqual(first, { attempt: 1, backOff: { delay: 10_000, since: now } });
    const second = plan(
      input({}, crashed, { containers: { c: { attempt: 0, backOff: { delay: 10_000, since: 1 as Tick } } } }),
    );
    assert.deepEqual(second.waits, [
      { code: 'CrashBackOff', container: 'c', until: 12_000, lastExit: 'exit code 3 (Error)', restarts: 0 },
    ]);
    assert.equal(second.wakeAt, 12_000);
    const due = plan(input({}, crashed, { containers: { c: { attempt: 1, backOff: { delay: 20_000, since: now } } } }));
    assert.deepEqual(keys(due), ['create c#1 in s0']);
    assert.deepEqual(step(due, 'createContainer').why, {
      code: 'RestartContainer',
      container: 'c',
      exitCode: 3,
      restart: 1,
    });
  });

  test('a container that cannot be made says why, and asks for no slot', () => {
    const want = pod('web')
      .container('c', 'busybox:1.36', { securityContext: { runAsNonRoot: true } })
      .want();
    const made = plan(input({ want }));
    assert.deepEqual(codes(made), ['BadConfig']);
    assert.equal(made.wantsSlot, false);
  });

  test('a dead sandbox is stopped before the next one is made, and its number is recorded meanwhile', () => {
    const dead = { sandboxes: [sandboxSeen({ ready: false })], containers: [exitedContainer('c', 137)] };
    const made = plan(input({}, dead));
    assert.deepEqual(keys(made), ['stop sandbox s0', 'record 8']);
    assert.equal(step(made, 'record').kept.sandboxAttempt, 1);
    const stopped = { ...dead, stops: { s0: { graceSeconds: 0, at: now } } };
    assert.deepEqual(keys(plan(input({}, stopped, { sandboxAttempt: 1 }))), ['run sandbox 1']);
  });

  test('what still runs in a dead sandbox is stopped first', () => {
    const made = plan(input({}, { sandboxes: [sandboxSeen({ ready: false })], containers: [containerSeen('c')] }));
    assert.deepEqual(keys(made), ['stop c-0 in 30 s', 'record 8']);
  });

  test('of two ready sandboxes the newer one is kept; dead ones that hold nothing are removed', () => {
    const [s0, s1, s2] = [0, 1, 2].map((attempt) =>
      sandboxSeen({ id: `s${attempt}` as SandboxId, attempt, ready: attempt > 0 }),
    );
    assert.ok(s0 && s1 && s2);
    const seen = { sandboxes: [s2, s1, s0], containers: [containerSeen('c', { sandboxId: s2.id })] };
    const made = plan(input({}, seen, { sandboxAttempt: 2 }));
    assert.deepEqual(keys(made), ['stop sandbox s1', 'remove sandbox s0']);
  });

  test('what runs in a sandbox of the past is stopped, though another one is ready', () => {
    const sandboxes = [sandboxSeen({ id: 's1' as SandboxId, attempt: 1 }), sandboxSeen({ ready: false })];
    const made = plan(input({}, { sandboxes, containers: [containerSeen('c')] }, { sandboxAttempt: 1 }));
    assert.deepEqual(keys(made), ['stop c-0 in 30 s']);
  });

  test('an older instance that lives ends before the newer one starts', () => {
    const containers = [containerSeen('c', { attempt: 1, state: 'created' }), containerSeen('c', { attempt: 0 })];
    const made = plan(input({}, { containers }, { containers: { c: { attempt: 1 } } }));
    assert.deepEqual(keys(made), ['stop c-0 in 30 s']);
  });

  test('a container that was created in a sandbox of the past is removed, never started', () => {
    const old = containerSeen('c', { state: 'created', sandboxId: 'old' as SandboxId });
    assert.deepEqual(keys(plan(input({}, { containers: [old] }))), ['remove c-0']);
  });

  test('a container whose state the runtime lost is stopped, and removed when that did not help', () => {
    const lost = [containerSeen('c', { state: 'unknown' })];
    assert.deepEqual(keys(plan(input({}, { containers: lost }))), ['stop c-0 in 30 s']);
    const stops = { 'c-0': { graceSeconds: 30, at: now } };
    assert.deepEqual(keys(plan(input({}, { containers: lost, stops }))), ['remove c-0']);
  });

  test('keeps the newest dead instance and its log, and removes older ones', () => {
    const containers = [
      containerSeen('c', { attempt: 3 }),
      ...[2, 1, 0].map((attempt) => exitedContainer('c', 1, { attempt })),
    ];
    const made = plan(input({}, { containers }, { containers: { c: { attempt: 3 } } }));
    assert.deepEqual(keys(made), ['remove c-1', 'remove c-0']);
    assert.deepEqual(step(made, 'removeContainer').logs[0], '/var/log/pods/default_web_u1/c/1.log');
  });

  test('an unknown outcome withholds every start until a look', () => {
    const made = plan(input({}, { look: 'first' }));
    assert.deepEqual(keys(made), ['look']);
    assert.ok(made.wantsSlot);
  });

  test('an event asks for a look beside what runs, but not while the pod is only starting', () => {
    assert.deepEqual(keys(plan(input({}, { look: 'soon' }))), ['create c#0 in s0']);
    assert.deepEqual(keys(plan(input({}, { look: 'soon', containers: [containerSeen('c')] }))), ['look']);
  });

  test('keeps the instance before one that has ended for good: its log is what `logs -p` shows', () => {
    const containers = [2, 1, 0].map((attempt) => exitedContainer('c', attempt === 2 ? 0 : 1, { attempt }));
    const job = pod('web').restart('OnFailure').container('c').want();
    const ended = { containers: { c: { attempt: 2 } }, verdict: { phase: 'Succeeded' } } as const;
    const made = plan(input({ want: job }, { sandboxes: [sandboxSeen({ ready: false })], containers }, ended));
    assert.equal(made.stage, 'finished');
    assert.deepEqual(
      made.actions.filter(({ kind }) => kind === 'removeContainer').map(({ key }) => key),
      ['remove c-0'],
    );
  });

  test('wakes for the active deadline', () => {
    const want = web.spec({ activeDeadlineSeconds: 60 }).want();
    const made = plan(input({ want }, { containers: [containerSeen('c')] }));
    assert.equal(made.wakeAt, now + 54_000);
  });
});

suite('planPod() for a pod that ends', () => {
  const since = 2_000 as Tick;
  const deletion = { graceSeconds: 30, seenAt: since };
  const stopping = { stopping: { why: 'Deleted', graceSeconds: 30, since } } as const;
  const running = { containers: [containerSeen('c'), containerSeen('d')] };
  const want = web.hooks(hooks).container('d').want({ deletion });

  test('records that it stops, and that the hooks begin, before it touches anything', () => {
    const made = plan(input({ want }, running));
    assert.deepEqual(keys(made), ['record 8']);
    const { kept } = step(made, 'record');
    assert.deepEqual(kept.stopping, stopping.stopping);
    assert.equal(kept.containers['c']?.preStop, 'begun');
    assert.equal(kept.containers['d']?.preStop, undefined);
  });

  const begun = { c: { attempt: 0, preStop: 'begun' }, d: { attempt: 0 } } as const;
  const hooksBegun = { 'c#0/preStop': since };

  test('runs hooks and sends signals to all at once, with what is left of the grace', () => {
    const made = plan(input({ want }, { ...running, hooksBegun }, { ...stopping, containers: begun }));
    assert.deepEqual(keys(made), ['preStop c-0', 'stop d-0 by 32000']);
    assert.equal(step(made, 'stopContainer').graceSeconds, 27);
    assert.equal(made.wakeAt, 32_000);
    const later = input({ want, now: 20_900 as Tick }, { ...running, hooksBegun }, { ...stopping, containers: begun });
    assert.deepEqual(keys(plan(later)), keys(made));
    assert.equal(step(plan(later), 'stopContainer').graceSeconds, 12);
  });

  test('a hook that outlives the grace is left alone; the container still gets two seconds', () => {
    const late = input({ want, now: 32_000 as Tick }, { ...running, hooksBegun }, { ...stopping, containers: begun });
    const made = plan(late);
    assert.deepEqual(keys(made), ['stop c-0 by 32000', 'stop d-0 by 32000']);
    assert.equal(step(made, 'stopContainer').graceSeconds, 2);
  });

  test('a hook whose end was lost in a crash does not run again', () => {
    const made = plan(input({ want }, running, { ...stopping, containers: begun }));
    assert.deepEqual(keys(made), ['stop c-0 by 32000', 'stop d-0 by 32000']);
  });

  test('the grace only gets shorter', () => {
    const at = (graceSeconds: number): Plan => {
      const sooner = web.want({ deletion: { graceSeconds, seenAt: 4_000 as Tick } });
      return plan(input({ want: sooner }, { containers: [containerSeen('c')] }, stopping));
    };
    assert.deepEqual(keys(at(29)), ['stop c-0 by 32000']);
    assert.deepEqual(step(at(5), 'record').kept.stopping, { why: 'Deleted', graceSeconds: 5, since: 4_000 });
  });

  test('without grace no hook runs', () => {
    const kept = { stopping: { why: 'Deleted', graceSeconds: 0, since } } as const;
    const made = plan(input({ want }, running, kept));
    assert.deepEqual(keys(made), ['stop c-0 by 2000', 'stop d-0 by 2000']);
  });

  test('sidecars get their signal after the others, the last one first, but not later than the grace allows', () => {
    const sidecars = pod('web').sidecar('s').sidecar('t').container('c').want({ deletion });
    const of = (containers: readonly ContainerSeen[], at: number = now): readonly string[] => {
      return keys(plan(input({ want: sidecars, now: at as Tick }, { containers }, stopping)));
    };
    const [s, t, c] = [containerSeen('s'), containerSeen('t'), containerSeen('c')];
    assert.deepEqual(of([c, s, t]), ['stop c-0 by 32000']);
    assert.deepEqual(of([s, t]), ['stop t-0 by 32000']);
    assert.deepEqual(of([s]), ['stop s-0 by 32000']);
    assert.equal(of([c, s, t], 32_000).length, 3);
  });

  test('an orphan ends by what is written on its containers', () => {
    const annotations = {
      'io.kubernetes.pod.terminationGracePeriod': '12',
      'io.kubernetes.container.preStopHandler': '{"exec":{"command":["bye"]}}',
    };
    const orphan = { want: { kind: 'absent' } as const, kept: nothingKept };
    const of = (container: ContainerSeen): Kept => {
      const seen = { ...looked, sandboxes: [sandboxSeen()], containers: [container] };
      return step(plan(podInput({ ...orphan, seen, now })), 'record').kept;
    };
    const kept = of(containerSeen('c', { annotations }));
    assert.deepEqual(kept.stopping, { why: 'Orphan', graceSeconds: 12, since: now });
    assert.deepEqual(kept.identity, { namespace: 'default', name: 'web' });
    assert.equal(kept.containers['c']?.preStop, 'begun');
    assert.equal(of(containerSeen('c')).stopping?.graceSeconds, 1);
    assert.equal(
      of(containerSeen('c', { annotations: { 'io.kubernetes.container.preStopHandler': '{' } })).containers['c'],
      undefined,
    );
  });

  test('what was never started is removed; then the sandbox is stopped', () => {
    const unborn = { containers: [containerSeen('c', { state: 'created' })] };
    assert.deepEqual(keys(plan(input({ want }, unborn))), ['remove c-0']);
    assert.deepEqual(keys(plan(input({ want }, { containers: [exitedContainer('c', 0)] }))), ['stop sandbox s0']);
  });

  test('a pod that its source still wants gets a verdict when all has ended', () => {
    const never = web.container('d').restart('Never').want();
    const of = (code: number): Kept['verdict'] => {
      const seen = { containers: [exitedContainer('c', 0), exitedContainer('d', code)] };
      return step(plan(input({ want: never }, seen)), 'record').kept.verdict;
    };
    assert.deepEqual(of(0), { phase: 'Succeeded' });
    assert.deepEqual(of(2), { phase: 'Failed' });
    const live = plan(
      input({ want: never }, running, { stopping: { why: 'DeadlineExceeded', graceSeconds: 1, since } }),
    );
    assert.ok(live.actions.every(({ kind }) => kind !== 'record'));
  });
});

suite('planPod() for a pod that is cleaned away', () => {
  const gone = {
    ...podInput({ want: { kind: 'absent' }, now }),
    kept: {
      ...nothingKept,
      revision: 3,
      identity: { namespace: 'default', name: 'web' },
      stopping: { why: 'Removed', graceSeconds: 0, since: 0 as Tick },
    } satisfies Kept,
  };
  const full = { data: true, cgroup: true, logs: true };

  test('sandboxes go with their containers, folders and logs beside them, and then the cgroup', () => {
    const dead = {
      ...looked,
      disk: full,
      sandboxes: [sandboxSeen({ ready: false })],
      containers: [exitedContainer('c', 0)],
    };
    assert.deepEqual(keys(plan({ ...gone, seen: dead })), ['remove sandbox s0', 'remove data', 'remove logs']);
    const unread = { ...dead, look: 'soon' as const, containers: [containerSeen('c', { state: 'exited' })] };
    assert.deepEqual(keys(plan({ ...gone, seen: unread })), ['look']);
    const alone = { ...looked, containers: [exitedContainer('c', 0)] };
    assert.deepEqual(keys(plan({ ...gone, seen: alone })), ['remove c-0']);
    const empty = { ...looked, disk: full };
    const made = plan({ ...gone, seen: empty });
    assert.deepEqual(keys(made), ['remove data', 'remove logs', 'remove cgroup /kubepods/podu1']);
    assert.deepEqual(step(made, 'removeLogs').directory, '/var/log/pods/default_web_u1');
  });

  test('that it is over for good is written down before anything is removed, for its source may want it again', () => {
    const { stopping: _, ...before } = gone.kept;
    const seen = { ...looked, disk: full, containers: [exitedContainer('c', 0)] };
    for (const kept of [before, { ...before, stopping: { ...gone.kept.stopping, why: 'Finished' as const } }]) {
      const made = plan({ ...gone, kept, seen });
      assert.deepEqual(keys(made), ['record 4']);
      assert.equal(step(made, 'record').kept.stopping?.why, 'Removed');
    }
  });

  test('of a pod that the ledger never took in, the folder goes last: it alone says that the rest is ours', () => {
    const unknown = { ...gone, kept: { ...nothingKept, identity: gone.kept.identity } };
    const made = plan({ ...unknown, seen: { ...looked, disk: full } });
    assert.deepEqual(keys(made), ['remove logs', 'remove cgroup /kubepods/podu1']);
    const last = plan({ ...unknown, seen: { ...looked, disk: { ...full, cgroup: false, logs: false } } });
    assert.deepEqual(keys(last), ['remove data']);
  });

  test('an instance that never started goes with its log link, also when nobody has the spec of its pod', () => {
    const seen = { ...looked, sandboxes: [sandboxSeen()], containers: [containerSeen('c', { state: 'created' })] };
    const { logs } = step(plan({ ...gone, seen }), 'removeContainer');
    assert.deepEqual(logs, ['/var/log/containers/web_default_c-c-0.log']);
  });

  test('the three places of a cgroup are gone through, and then the pod is gone', () => {
    let seen: Seen = { ...looked, disk: { data: false, cgroup: true, logs: false } };
    const removed: string[] = [];
    for (let made = plan({ ...gone, seen }); made.stage !== 'gone'; made = plan({ ...gone, seen })) {
      const action = step(made, 'removeCgroup');
      removed.push(action.path);
      const result = { ok: true, value: { kind: 'nothing' } } as const;
      seen = learn(seen, { kind: 'outcome', action, result, at: now, wall: 1 as WallTime });
    }
    assert.deepEqual(removed, ['/kubepods/podu1', '/kubepods/burstable/podu1', '/kubepods/besteffort/podu1']);
  });

  test('the name of an orphan is written down before the only thing that knows it goes', () => {
    const seen = { ...looked, disk: full, sandboxes: [sandboxSeen({ ready: false })] };
    const made = plan({ ...gone, kept: nothingKept, seen });
    assert.deepEqual(keys(made), ['record 1']);
    assert.deepEqual(step(made, 'record').kept.identity, { namespace: 'default', name: 'web' });
  });

  test('a finished pod keeps its newest records, and gives its cgroup back', () => {
    const seen: Seen = {
      ...looked,
      disk: full,
      sandboxes: [sandboxSeen({ ready: false })],
      containers: [exitedContainer('c', 0)],
    };
    const { stopping: _, ...before } = gone.kept;
    const kept: Kept = {
      ...before,
      admitted: true,
      verdict: { phase: 'Succeeded' },
      containers: { c: { attempt: 0 } },
    };
    const made = plan({ ...gone, want: web.want(), kept, seen, node: nodeView() });
    assert.deepEqual(keys(made), ['remove cgroup /kubepods/besteffort/podu1']);
    assert.deepEqual(codes(made), ['Finished']);
  });
});
