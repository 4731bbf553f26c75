import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action } from '../core/pod/action.ts';
import type { Result } from '../core/pod/fact.ts';
import type { ContainerId, SandboxId } from '../core/pod/seen.ts';
import { PortError } from '../ports/port-error.ts';
import { difference, type Executed, InFlight } from './in-flight.ts';

const pull = (image: string): Action => ({
  key: `pull/${image}`,
  target: `image/${image}`,
  why: { code: 'PullImage', image, policy: 'Always' },
  kind: 'pullImage',
  image,
  pulledFor: [],
});

const stop = (graceSeconds: number): Action => ({
  key: `stop/c/${graceSeconds}`,
  target: 'container/c',
  why: { code: 'StopContainer', container: 'c', because: 'it is deleted', graceSeconds },
  kind: 'stopContainer',
  container: 'c',
  id: 'c1' as ContainerId,
  graceSeconds,
});

const start: Action = {
  key: 'start/c',
  target: 'container/c',
  why: { code: 'StartContainer', container: 'c' },
  kind: 'startContainer',
  container: 'c',
  id: 'c1' as ContainerId,
  logLink: { path: '/l', to: '/t' },
};

const stopSandbox: Action = {
  key: 'stop-sandbox/s1',
  target: 'sandbox',
  why: { code: 'StopSandbox', because: 'it is deleted' },
  kind: 'stopSandbox',
  id: 's1' as SandboxId,
};

interface Call {
  readonly key: string;
  readonly signal: AbortSignal;
  readonly done: (value: Executed) => void;
  readonly fail: (error: unknown) => void;
}

/** An executor whose calls a test ends by hand; an abort ends one with the signal's reason, as ports do. */
function table(): {
  inFlight: InFlight;
  calls: Call[];
  outcomes: [string, Result][];
  bugs: unknown[];
  last: (key: string) => Call;
} {
  const calls: Call[] = [];
  const outcomes: [string, Result][] = [];
  const bugs: unknown[] = [];
  const inFlight = new InFlight({
    execute: ({ key }, signal) =>
      new Promise((done, fail) => {
        calls.push({ key, signal, done, fail });
        signal.addEventListener('abort', () => fail(signal.reason), { once: true });
      }),
    ended: (action, result) => outcomes.push([action.key, result]),
    broke: (error) => bugs.push(error),
  });
  const last = (key: string): Call => {
    const call = calls.findLast((each) => each.key === key);
    assert.ok(call, `${key} was started`);
    return call;
  };
  return { inFlight, calls, outcomes, bugs, last };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const nothing: Executed = { kind: 'nothing' };

suite('difference()', () => {
  test('what has the key of something under way does not start again, though its target has changed', () => {
    const dead = { ...stopSandbox, target: 'dead s1' };
    assert.deepEqual(difference([dead], [stopSandbox]), { leaving: [], starting: [] });
  });
});

suite('InFlight.become()', () => {
  test('starts what is new and leaves alone what stays', () => {
    const { inFlight, calls } = table();
    inFlight.become([pull('a')]);
    inFlight.become([pull('a'), pull('b')]);
    assert.deepEqual(
      calls.map(({ key }) => key),
      ['pull/a', 'pull/b'],
    );
  });

  test('aborts a pull that left the plan, and nobody hears of its end', async () => {
    const { inFlight, outcomes, last } = table();
    inFlight.become([pull('a')]);
    inFlight.become([]);
    assert.equal(last('pull/a').signal.aborted, true);
    await settled();
    assert.deepEqual(outcomes, []);
    assert.equal(inFlight.keys.size, 0);
  });

  test('lets a start that left the plan go on, and tells its outcome', async () => {
    const { inFlight, outcomes, last } = table();
    inFlight.become([start]);
    inFlight.become([]);
    assert.equal(last('start/c').signal.aborted, false);
    last('start/c').done(nothing);
    await settled();
    assert.deepEqual(outcomes, [['start/c', { ok: true, value: nothing }]]);
  });

  test('starts nothing with the target of a step that is let finish before that has ended', async () => {
    const { inFlight, calls, last } = table();
    inFlight.become([start]);
    inFlight.become([stop(30)]);
    assert.deepEqual(
      calls.map(({ key }) => key),
      ['start/c'],
    );
    last('start/c').done(nothing);
    await settled();
    inFlight.become([stop(30)]);
    assert.deepEqual(
      calls.map(({ key }) => key),
      ['start/c', 'stop/c/30'],
    );
  });

  test('replaces a stop by one with a shorter grace at once', async () => {
    const { inFlight, calls, outcomes } = table();
    inFlight.become([stop(30)]);
    inFlight.become([stop(0)]);
    assert.deepEqual(
      calls.map(({ key, signal }) => [key, signal.aborted]),
      [
        ['stop/c/30', true],
        ['stop/c/0', false],
      ],
    );
    await settled();
    assert.deepEqual(outcomes, [['stop/c/30', { ok: false, aborted: true }]]);
    assert.deepEqual([...inFlight.keys], ['stop/c/0']);
  });

  test('keeps a step that left the plan and came back', async () => {
    const { inFlight, calls } = table();
    inFlight.become([stopSandbox]);
    inFlight.become([]);
    inFlight.become([stopSandbox]);
    assert.equal(calls.length, 1);
  });

  test('makes a failed call of a port an outcome', async () => {
    const { inFlight, outcomes, last } = table();
    inFlight.become([pull('a')]);
    last('pull/a').fail(new PortError('absent', 'cannot pull a: the registry does not have it'));
    await settled();
    const failure = { kind: 'absent', message: 'cannot pull a: the registry does not have it' };
    assert.deepEqual(outcomes, [['pull/a', { ok: false, failure }]]);
  });

  test('takes any other exception for a bug', async () => {
    const { inFlight, outcomes, bugs, last } = table();
    const bug = new TypeError('x is undefined');
    inFlight.become([pull('a')]);
    last('pull/a').fail(bug);
    await settled();
    assert.deepEqual([outcomes, bugs], [[], [bug]]);
  });

  test('tells that a step found its input out of date', async () => {
    const { inFlight, outcomes, last } = table();
    inFlight.become([pull('a')]);
    last('pull/a').done('stale');
    await settled();
    assert.deepEqual(outcomes, [['pull/a', { ok: false, stale: true }]]);
  });
});

suite('InFlight.abandon()', () => {
  test('aborts everything and tells nothing', async () => {
    const { inFlight, outcomes, calls } = table();
    inFlight.become([pull('a'), start]);
    inFlight.abandon(new Error('the agent ends'));
    await settled();
    assert.deepEqual(
      calls.map(({ signal }) => signal.aborted),
      [true, true],
    );
    assert.deepEqual(outcomes, []);
  });
});
