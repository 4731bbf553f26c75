import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pod } from '../../kube/pod.ts';
import type { WallTime } from '../../lib/time.ts';
import { containerSpec, nodeView, podSpec, wantedPod } from '../../testing/specs.ts';
import { callText } from './calls.ts';
import { imagine } from './imagine.ts';

function calls(pod: Pod): readonly string[] {
  const imagined = imagine({
    want: wantedPod(pod),
    node: nodeView(),
    admission: { kind: 'admitted' },
    wall: 1_800_000_000_000 as WallTime,
  });
  assert.ok(imagined.settled);
  const texts = imagined.rounds.flatMap((round) => round.actions.map(callText));
  return texts.filter((text) => text.startsWith('CRI ')).map((text) => text.split(/\s+/).slice(1, 3).join(' '));
}

suite('imagine()', () => {
  test('runs a pod to the state in which nothing is left to do', () => {
    assert.deepEqual(calls(podSpec()), [
      'ListPodSandbox, ListContainers,',
      'ImageStatus busybox:1.36',
      'RunPodSandbox web,',
      'PullImage busybox:1.36',
      'CreateContainer c,',
      'StartContainer c',
    ]);
  });

  test('lets init containers succeed one after the other, before the main ones', () => {
    const pod = podSpec({ initContainers: [containerSpec('one'), containerSpec('two')] });
    const made = calls(pod).filter((call) => /^(Create|Start)Container/.test(call));
    assert.deepEqual(made, [
      'CreateContainer one,',
      'StartContainer one',
      'CreateContainer two,',
      'StartContainer two',
      'CreateContainer c,',
      'StartContainer c',
    ]);
  });

  test('calls nothing of the runtime for a pod that the node refuses, but a look', () => {
    const imagined = imagine({
      want: wantedPod(podSpec()),
      node: nodeView(),
      admission: { kind: 'rejected', reason: 'OutOfcpu', message: 'too much' },
      wall: 1_800_000_000_000 as WallTime,
    });
    const kinds = imagined.rounds.flatMap((round) => round.actions.map((action) => action.kind));
    assert.ok(!kinds.some((kind) => ['runSandbox', 'createContainer', 'pullImage'].includes(kind)), kinds.join(' '));
  });

  test('stops at what only a person can change: an image that must not be pulled', () => {
    const pod = podSpec({ containers: [containerSpec('c', { imagePullPolicy: 'Never' })] });
    const imagined = imagine({
      want: wantedPod(pod),
      node: nodeView(),
      admission: { kind: 'admitted' },
      wall: 1_800_000_000_000 as WallTime,
    });
    assert.ok(
      imagined.rest.waits.some((wait) => wait.code === 'ImageNeverPull'),
      JSON.stringify(imagined.rest.waits),
    );
  });
});
