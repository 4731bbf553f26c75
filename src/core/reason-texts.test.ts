import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Tick } from '../lib/time.ts';
import { outcomeEvent } from './outcome-events.ts';
import type { Action } from './pod/action.ts';
import type { Result } from './pod/fact.ts';
import { waitEvent, waitText, whyEvent, whyText } from './reason-texts.ts';
import type { Wait, Why } from './reasons.ts';

const until = 65_000 as Tick;
const now = 5_000 as Tick;

const whys: { readonly [Code in Why['code']]: Extract<Why, { readonly code: Code }> } = {
  FirstLook: { code: 'FirstLook' },
  LookAfterEvent: { code: 'LookAfterEvent' },
  LookAfterUnknownOutcome: { code: 'LookAfterUnknownOutcome' },
  RecordDecision: { code: 'RecordDecision', what: 'attempt 1 of c' },
  PreparePod: { code: 'PreparePod' },
  MountVolume: { code: 'MountVolume', volume: 'v' },
  UpdateVolume: { code: 'UpdateVolume', volume: 'v' },
  CheckImage: { code: 'CheckImage', image: 'i' },
  PullImage: { code: 'PullImage', image: 'i', policy: 'Always' },
  NoSandbox: { code: 'NoSandbox' },
  SandboxDied: { code: 'SandboxDied', attempt: 1 },
  StartInitContainer: { code: 'StartInitContainer', container: 'c', position: 1, of: 2 },
  StartContainer: { code: 'StartContainer', container: 'c' },
  RestartContainer: { code: 'RestartContainer', container: 'c', exitCode: 1, restart: 2 },
  RunHook: { code: 'RunHook', container: 'c', hook: 'preStop' },
  StopForHookFailure: { code: 'StopForHookFailure', container: 'c', detail: 'exit code 1' },
  StopForSandbox: { code: 'StopForSandbox', container: 'c' },
  StopContainer: { code: 'StopContainer', container: 'c', because: 'Deleted', graceSeconds: 30 },
  StopSandbox: { code: 'StopSandbox', because: 'Removed' },
  CollectDeadContainer: { code: 'CollectDeadContainer', container: 'c' },
  CollectDeadSandbox: { code: 'CollectDeadSandbox' },
  RemovePod: { code: 'RemovePod', what: 'data' },
};

const waits: { readonly [Code in Wait['code']]: Extract<Wait, { readonly code: Code }> } = {
  FirstLook: { code: 'FirstLook' },
  Record: { code: 'Record' },
  Predecessor: { code: 'Predecessor', uid: 'u0' },
  Rejected: { code: 'Rejected', reason: 'OutOfcpu', message: 'too much' },
  MissingInput: { code: 'MissingInput', object: 'ConfigMap default/a', detail: 'not found' },
  BadConfig: { code: 'BadConfig', container: 'c', detail: 'no user' },
  Preparing: { code: 'Preparing' },
  VolumeMount: { code: 'VolumeMount', volume: 'v' },
  ImagePull: { code: 'ImagePull', image: 'i' },
  ImageBackOff: { code: 'ImageBackOff', image: 'i', until, error: 'no route' },
  ImageNeverPull: { code: 'ImageNeverPull', image: 'i' },
  Sandbox: { code: 'Sandbox' },
  StartSlot: { code: 'StartSlot', ahead: 3 },
  ContainerStart: { code: 'ContainerStart', container: 'c' },
  InitContainer: { code: 'InitContainer', container: 'c' },
  PostStart: { code: 'PostStart', container: 'c' },
  CrashBackOff: { code: 'CrashBackOff', container: 'c', until, lastExit: 'exit code 1', restarts: 4 },
  RetryAfterFailure: { code: 'RetryAfterFailure', step: 'runSandbox', until, error: 'no network' },
  PreStop: { code: 'PreStop', container: 'c', until },
  ContainerStop: { code: 'ContainerStop', container: 'c', until },
  SandboxStop: { code: 'SandboxStop' },
  Running: { code: 'Running' },
  Finished: { code: 'Finished' },
  CleanUp: { code: 'CleanUp', what: 'its folder' },
};

const texts = [...Object.values(whys).map(whyText), ...Object.values(waits).map((wait) => waitText(wait, now))];

suite('texts of whys and waits', () => {
  for (const text of texts) {
    test(`is a sentence: ${text}`, () => {
      assert.match(text, /^[A-Z].*\.$/);
      assert.doesNotMatch(text, /undefined|timed out waiting|\[object|NaN/);
    });
  }

  test('say when the next try is', () => {
    assert.equal(waitText(waits.ImageBackOff, now), 'Cannot pull image "i": no route. The next try is in 1m0s.');
    assert.equal(waitText(waits.ImageBackOff, until), 'Cannot pull image "i": no route. The next try is now.');
    assert.match(waitText(waits.RetryAfterFailure, now), /^Cannot make the pod's sandbox: no network\. .* in 1m0s\.$/);
    assert.match(waitText({ ...waits.StartSlot, ahead: 1 }, now), /1 pod is ahead/);
  });

  test('a failed step names the object that its error names', () => {
    const error = 'cannot use /data of the host: it does not exist';
    assert.equal(
      waitText({ ...waits.RetryAfterFailure, step: 'mountVolume', error }, now),
      `Cannot bring a volume into place: ${error}. The next try is in 1m0s.`,
    );
  });

  test('say why something ends in words, for codes and for texts', () => {
    assert.match(whyText(whys.StopContainer), /because the pod is deleted\.$/);
    assert.match(whyText({ ...whys.StopContainer, because: 'its probe failed' }), /because its probe failed\.$/);
  });
});

suite('events', () => {
  test('have the reasons that Kubernetes has', () => {
    const events = [...Object.values(whys).map(whyEvent), ...Object.values(waits).map(waitEvent)];
    const reasons = events.filter((event) => event !== undefined).map(({ reason, type }) => `${type} ${reason}`);
    assert.deepEqual([...new Set(reasons)].sort(), [
      'Normal BackOff',
      'Normal Killing',
      'Normal Pulling',
      'Normal SandboxChanged',
      'Warning BackOff',
      'Warning ErrImageNeverPull',
      'Warning Failed',
      'Warning OutOfcpu',
    ]);
  });

  const failed: Result = { ok: false, failure: { kind: 'unavailable', message: 'it broke' } };
  const act = (step: object): Action => ({ key: 'k', target: 't', why: whys.NoSandbox, ...step }) as Action;
  const outcomes: readonly (readonly [object, Result, string | undefined])[] = [
    [{ kind: 'pullImage', image: 'i', pulledFor: [] }, failed, 'Failed'],
    [{ kind: 'pullImage', image: 'i', pulledFor: [] }, { ok: true, value: { kind: 'nothing' } }, 'Pulled'],
    [{ kind: 'checkImage', image: 'i' }, { ok: true, value: { kind: 'image', image: { kind: 'absent' } } }, undefined],
    [{ kind: 'runSandbox', config: {} }, failed, 'FailedCreatePodSandBox'],
    [{ kind: 'runSandbox', config: {} }, { ok: false, aborted: true }, undefined],
    [{ kind: 'runSandbox', config: {} }, { ok: false, stale: true }, undefined],
    [{ kind: 'createContainer', config: { name: 'c' } }, { ok: true, value: { kind: 'nothing' } }, 'Created'],
    [{ kind: 'startContainer', container: 'c' }, { ok: true, value: { kind: 'nothing' } }, 'Started'],
    [{ kind: 'startContainer', container: 'c' }, failed, 'Failed'],
    [{ kind: 'mountVolume', volume: { name: 'v' } }, failed, 'FailedMount'],
    [{ kind: 'look' }, failed, undefined],
  ];
  for (const [step, result, reason] of outcomes) {
    test(`${JSON.stringify(step)} with ${JSON.stringify(result)} is ${reason}`, () => {
      assert.equal(outcomeEvent(act(step), result)?.reason, reason);
    });
  }

  test('a failed hook is told without what it printed', () => {
    const hook = act({ kind: 'runHook', hook: 'postStart', container: 'c' });
    const event = outcomeEvent(hook, { ok: true, value: { kind: 'hook', ok: false, message: 'hunter2' } });
    assert.equal(event?.reason, 'FailedPostStartHook');
    assert.ok(!event.message.includes('hunter2'));
  });
});
