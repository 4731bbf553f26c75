import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tick, WallTime } from '../../lib/time.ts';
import { containerSeen, exitedContainer, sandboxSeen } from '../../testing/specs.ts';
import type { Action, Step } from './action.ts';
import type { Done, Fact, Result } from './fact.ts';
import { nothingKept } from './kept.ts';
import { learn } from './learn.ts';
import type { ContainerConfig, SandboxConfig } from './runtime-config.ts';
import { type ContainerId, nothingSeen, type SandboxId, type Seen } from './seen.ts';

const at = 50_000 as Tick;
const wall = 2_000_000 as WallTime;
const known: Seen = { ...nothingSeen, observed: true, look: 'no' };
const id = 'c-0' as ContainerId;

function action(step: Step, target: string = 'target', key: string = 'key'): Action {
  return { key, target, why: { code: 'PreparePod' }, ...step };
}

function outcome(of: Action, result: Result): Fact {
  return { kind: 'outcome', action: of, result, at, wall };
}

function ok(value: Done = { kind: 'nothing' }): Result {
  return { ok: true, value };
}

function failed(kind: 'absent' | 'conflict' | 'refused' | 'unavailable' | 'unknown-outcome'): Result {
  return { ok: false, failure: { kind, message: `cannot do it: ${kind}` } };
}

function looked(basedOn: number, containers: Seen['containers'] = []): Result {
  return ok({ kind: 'looked', basedOn, observation: { sandboxes: [sandboxSeen()], containers } });
}

const look = (events: number): Action => action({ kind: 'look', events }, 'runtime', 'look');
const config = { name: 'c', attempt: 3, image: 'id', userSpecifiedImage: 'i:1', annotations: {} } as ContainerConfig;
const create = action(
  { kind: 'createContainer', sandboxId: 's0' as SandboxId, config, sandbox: {} as SandboxConfig, files: [] },
  'container c',
);
const stop = action({ kind: 'stopContainer', container: 'c', id, graceSeconds: 5 }, 'container c');
const hook = action(
  { kind: 'runHook', hook: 'postStart', container: 'c', id, call: { kind: 'sleep', seconds: 1 } },
  'container c',
);

suite('learn() on looks', () => {
  test('an event asks for a look, and does not soften one that has to come first', () => {
    const event: Fact = { kind: 'event', at };
    assert.equal(learn(known, event).look, 'soon');
    assert.equal(learn({ ...known, look: 'first' }, event).look, 'first');
  });

  test('a look replaces what was known and sorts the newest attempt first', () => {
    const old = { ...known, look: 'first' as const, containers: [containerSeen('gone')] };
    const seen = learn(old, outcome(look(0), looked(0, [containerSeen('c'), containerSeen('c', { attempt: 2 })])));
    assert.deepEqual(
      seen.containers.map(({ attempt }) => attempt),
      [2, 0],
    );
    assert.equal(seen.look, 'no');
    assert.equal(seen.revision, 0);
  });

  test('a look that began before an effect ended is not believed, and is asked for again', () => {
    const seen = learn({ ...known, revision: 4 }, outcome(look(0), looked(3, [containerSeen('c')])));
    assert.deepEqual(seen.containers, []);
    assert.equal(seen.look, 'soon');
  });

  test('an event during a look asks for another one', () => {
    const during = learn({ ...known, look: 'soon' }, { kind: 'event', at });
    assert.equal(learn(during, outcome(look(0), looked(0))).look, 'soon');
    assert.equal(learn(during, outcome(look(1), looked(0))).look, 'no');
  });

  test('a list that cannot tell how a container exited asks for a look, and takes nothing back', () => {
    const unread = containerSeen('c', { state: 'exited', finishedAt: (wall - 7_000) as WallTime });
    const list = (containers: Seen['containers']): Fact => {
      return { kind: 'observed', basedOn: 0, observation: { sandboxes: [], containers }, at, wall };
    };
    const first = learn(known, list([unread]));
    assert.equal(first.look, 'soon');
    assert.equal(first.containers[0]?.exitedAt, at - 7_000);
    const read = learn({ ...known, containers: [exitedContainer('c', 3, { exitedAt: 9 as Tick })] }, list([unread]));
    assert.equal(read.look, 'no');
    assert.equal(read.containers[0]?.exitCode, 3);
    assert.equal(read.containers[0]?.exitedAt, 9);
  });

  test('whatever belongs to containers that are gone goes too', () => {
    const before: Seen = {
      ...known,
      hooks: { 'x/postStart': { ok: true, message: '' } },
      hooksBegun: { 'x#0/postStart': at, 'c#0/preStop': at },
      stops: { x: { graceSeconds: 1, at } },
    };
    const seen = learn(before, outcome(look(0), looked(0, [containerSeen('c')])));
    assert.deepEqual(seen.hooks, {});
    assert.deepEqual(seen.stops, {});
    assert.deepEqual(Object.keys(seen.hooksBegun), ['c#0/preStop']);
  });
});

suite('learn() on outcomes', () => {
  test('an unknown outcome in the runtime puts a look before everything else; an unavailable one changes nothing', () => {
    assert.equal(learn(known, outcome(create, failed('unknown-outcome'))).look, 'first');
    assert.equal(learn(known, outcome(create, failed('conflict'))).look, 'first');
    assert.equal(learn(known, outcome(create, failed('unavailable'))).look, 'no');
    const check = action({ kind: 'checkImage', image: 'i:1' }, 'image i:1');
    assert.equal(learn(known, outcome(check, failed('unknown-outcome'))).look, 'no');
  });

  test('a stale step asks for a look; an aborted stop too, for it goes on in the runtime', () => {
    assert.equal(learn(known, outcome(create, { ok: false, stale: true })).look, 'soon');
    const aborted = learn(known, outcome(stop, { ok: false, aborted: true }));
    assert.equal(aborted.look, 'soon');
    assert.equal(aborted.stops[id]?.graceSeconds, 5);
    assert.equal(learn(known, outcome(look(0), { ok: false, aborted: true })), known);
  });

  test('failures are counted in a row by target, and forgotten on success', () => {
    const once = learn(known, outcome(create, failed('unavailable')));
    const twice = learn(once, outcome(create, failed('unavailable')));
    assert.equal(twice.failures['container c']?.count, 2);
    const value: Done = { kind: 'created', id };
    assert.deepEqual(learn(twice, outcome(create, ok(value))).failures, {});
  });

  test('a volume with other content begins to count anew', () => {
    const mount = (version: string): Action => {
      const volume = { name: 'v', version, path: '/v', kind: 'directory', mode: 0o755 } as const;
      return action({ kind: 'mountVolume', volume }, 'volume v', `mount v ${version}`);
    };
    const once = learn(known, outcome(mount('1'), failed('unavailable')));
    assert.equal(learn(once, outcome(mount('1'), failed('unavailable'))).failures['volume v']?.count, 2);
    assert.equal(learn(once, outcome(mount('2'), failed('unavailable'))).failures['volume v']?.count, 1);
    assert.deepEqual(learn(once, outcome(mount('2'), ok())).volumes, { v: { version: '2' } });
  });

  test('a container is known from the moment it is created, and as what start gave back', () => {
    const made = learn(known, outcome(create, ok({ kind: 'created', id })));
    assert.equal(made.containers[0]?.state, 'created');
    assert.equal(made.containers[0]?.attempt, 3);
    assert.equal(made.revision, 1);
    const begin = action({ kind: 'startContainer', container: 'c', id, logLink: { path: '', to: '' } }, 'container c');
    const running = learn(made, outcome(begin, ok({ kind: 'started', container: containerSeen('c', { id }) })));
    assert.equal(running.containers.length, 1);
    assert.equal(running.containers[0]?.state, 'running');
  });

  test('the answer of a start is no news of a container that has ended, or is gone, since', () => {
    const begin = action({ kind: 'startContainer', container: 'c', id, logLink: { path: '', to: '' } }, 'container c');
    const answer = outcome(begin, ok({ kind: 'started', container: containerSeen('c', { id }) }));
    const ended = { ...known, containers: [exitedContainer('c', 1, { id })] };
    assert.equal(learn(ended, answer).containers[0]?.state, 'exited');
    assert.deepEqual(learn(known, answer).containers, []);
    assert.equal(learn(known, answer).disk.logs, true, 'its log link was made all the same');
  });

  test('a step that leaves files behind leaves them to be removed, however it ended', () => {
    assert.equal(learn(known, outcome(create, { ok: false, stale: true })).disk.data, true);
    const begin = action({ kind: 'startContainer', container: 'c', id, logLink: { path: '', to: '' } }, 'container c');
    assert.equal(learn(known, outcome(begin, failed('refused'))).disk.logs, true);
  });

  test('a stopped container has exited, and a look has to tell how', () => {
    const seen = learn({ ...known, containers: [containerSeen('c')] }, outcome(stop, ok()));
    assert.equal(seen.containers[0]?.state, 'exited');
    assert.equal(seen.containers[0]?.exitCode, undefined);
    assert.equal(seen.look, 'soon');
  });

  test('an image that went away before the container was made is looked for again', () => {
    const before: Seen = { ...known, images: { 'i:1': { kind: 'present', id: 'id', pulledFor: [] } } };
    assert.deepEqual(learn(before, outcome(create, failed('absent'))).images, {});
    assert.deepEqual(learn(before, outcome(create, failed('refused'))).images, before.images);
  });

  test('a pull adds for whom it was done; a check keeps that', () => {
    const image = { kind: 'present', id: 'id', pulledFor: [] } as const;
    const pull = action({ kind: 'pullImage', image: 'i:1', pulledFor: ['c#0'] }, 'image i:1');
    const pulled = learn(known, outcome(pull, ok({ kind: 'image', image })));
    assert.deepEqual(pulled.images['i:1'], { ...image, pulledFor: ['c#0'] });
    const check = action({ kind: 'checkImage', image: 'i:1' }, 'image i:1');
    assert.deepEqual(learn(pulled, outcome(check, ok({ kind: 'image', image }))).images, pulled.images);
    const absent = learn(pulled, outcome(check, ok({ kind: 'image', image: { kind: 'absent' } })));
    assert.deepEqual(absent.images['i:1'], { kind: 'absent', at });
  });

  test('a hook whose outcome nobody knows counts as well done; one that could not begin is tried again', () => {
    assert.equal(learn(known, outcome(hook, failed('unknown-outcome'))).hooks[`${id}/postStart`]?.ok, true);
    assert.equal(learn(known, outcome(hook, failed('refused'))).hooks[`${id}/postStart`]?.ok, false);
    const away = learn(known, outcome(hook, failed('unavailable')));
    assert.deepEqual(away.hooks, {});
    assert.equal(away.failures['container c']?.count, 1);
  });

  test('a record tells when a hook began', () => {
    const kept = { ...nothingKept, containers: { c: { attempt: 1, preStop: 'begun' as const } } };
    const seen = learn(known, outcome(action({ kind: 'record', kept }, 'ledger'), ok()));
    assert.deepEqual(seen.hooksBegun, { 'c#1/preStop': at });
  });

  test('what a failed step may have left on disk is remembered', () => {
    const run = action({ kind: 'runSandbox', config: {} as SandboxConfig }, 'sandbox');
    const before: Seen = { ...known, cgroupsRemoved: ['/kubepods/podu1'] };
    const seen = learn(before, outcome(run, failed('unknown-outcome')));
    assert.deepEqual(seen.disk, { data: false, cgroup: true, logs: true });
    assert.deepEqual(seen.cgroupsRemoved, []);
  });
});
