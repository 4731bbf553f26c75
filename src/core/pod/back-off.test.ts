import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tick } from '../../lib/time.ts';
import { crashDelay, retryAt } from './back-off.ts';
import type { FailureSeen } from './seen.ts';

const tick = (value: number): Tick => value as Tick;

suite('crashDelay()', () => {
  test('the first restart is immediate, the next ones wait 10 s, 20 s … up to 5 min from the exit', () => {
    const delays: number[] = [];
    let backOff: { delay: number; since: Tick } | undefined;
    let now = tick(0);
    for (let crash = 0; crash < 8; crash += 1) {
      const { until, next } = crashDelay(backOff, now, now);
      delays.push(until - now);
      now = until;
      backOff = { ...next, since: now };
    }
    assert.deepEqual(delays, [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  test('ten minutes of running are enough to be forgiven', () => {
    const backOff = { delay: 160_000, since: tick(0) };
    assert.equal(crashDelay(backOff, tick(600_000), tick(600_000)).until, 760_000);
    const forgiven = crashDelay(backOff, tick(600_001), tick(600_001));
    assert.equal(forgiven.until, 600_001);
    assert.equal(forgiven.next.delay, 10_000);
  });
});

suite('retryAt()', () => {
  const failure = (count: number, key: string = 'k'): FailureSeen => {
    return { key, kind: 'unavailable', message: '', count, at: tick(0) };
  };

  test('doubles from the first delay of the kind of step up to its cap', () => {
    assert.equal(retryAt(undefined, 'createContainer', 'k'), undefined);
    assert.equal(retryAt(failure(1), 'createContainer', 'k'), 1_000);
    assert.equal(retryAt(failure(3), 'createContainer', 'k'), 4_000);
    assert.equal(retryAt(failure(40), 'createContainer', 'k'), 60_000);
    assert.equal(retryAt(failure(1), 'pullImage', 'k'), 10_000);
    assert.equal(retryAt(failure(9), 'pullImage', 'k'), 300_000);
    assert.equal(retryAt(failure(1), 'mountVolume', 'k'), 500);
    assert.equal(retryAt(failure(99), 'mountVolume', 'k'), 122_000);
  });

  test('a changed volume is tried at once; the next attempt of a sandbox is not', () => {
    assert.equal(retryAt(failure(5, 'mount v 1'), 'mountVolume', 'mount v 2'), undefined);
    assert.equal(retryAt(failure(1, 'run sandbox 0'), 'runSandbox', 'run sandbox 1'), 1_000);
  });
});
