import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { PodSpec, RestartPolicy } from '../../../kube/pod.ts';
import type { ContainerState, PodStatus } from '../../../kube/pod-status.ts';
import type { Tick, WallTime } from '../../../lib/time.ts';
import {
  containerSeen,
  containerSpec,
  exitedContainer,
  podInput,
  podSpec,
  sandboxSeen,
  wantedPod,
} from '../../../testing/specs.ts';
import type { PodInput } from '../input.ts';
import { type Kept, nothingKept } from '../kept.ts';
import { type ContainerSeen, type FailureSeen, nothingSeen, type SandboxId } from '../seen.ts';
import { podStatus } from './pod-status.ts';
import { podSummary } from './summary.ts';

const names = ['i', 's', 'a', 'b'] as const;

const spec = fc.record({
  restartPolicy: fc.constantFrom<RestartPolicy>('Always', 'OnFailure', 'Never'),
  init: fc.boolean(),
  sidecar: fc.boolean(),
  second: fc.boolean(),
});

function podOf({
  restartPolicy,
  init,
  sidecar,
  second,
}: {
  restartPolicy: RestartPolicy;
  init: boolean;
  sidecar: boolean;
  second: boolean;
}) {
  const initContainers = [
    ...(init ? [containerSpec('i')] : []),
    ...(sidecar ? [containerSpec('s', { restartPolicy: 'Always' })] : []),
  ];
  const containers = [containerSpec('a'), ...(second ? [containerSpec('b')] : [])];
  const fields: Partial<PodSpec> = { restartPolicy, containers };
  return podSpec(initContainers.length === 0 ? fields : { ...fields, initContainers });
}

const record: fc.Arbitrary<ContainerSeen> = fc
  .record({
    name: fc.constantFrom(...names),
    attempt: fc.nat(3),
    state: fc.constantFrom('created', 'running', 'exited', 'exited', 'unknown'),
    exitCode: fc.option(fc.constantFrom(0, 1, 137), { nil: undefined, freq: 9 }),
    sandbox: fc.constantFrom('s0', 's1'),
  })
  .map(({ name, attempt, state, exitCode, sandbox }) => {
    const fields = { attempt, sandboxId: sandbox as SandboxId };
    if (state !== 'exited') return containerSeen(name, { ...fields, state: state as ContainerSeen['state'] });
    const { exitCode: _, ...unread } = exitedContainer(name, 0, fields);
    return exitCode === undefined ? unread : { ...unread, exitCode };
  });

const failure: fc.Arbitrary<FailureSeen> = fc.record({
  key: fc.constant('k'),
  kind: fc.constant('unavailable' as const),
  message: fc.constant('it broke'),
  count: fc.integer({ min: 1, max: 3 }),
  at: fc.constant(4_000 as Tick),
});

const targets = ['sandbox', 'volume v', 'image busybox:1.36', ...names.map((name) => `container ${name}`)];

const kept: fc.Arbitrary<Kept> = fc
  .record({
    verdict: fc.option(fc.record({ phase: fc.constantFrom('Succeeded' as const, 'Failed' as const) }), {
      nil: undefined,
    }),
    stopping: fc.boolean(),
    admitted: fc.constantFrom(true, true, true, false),
    delay: fc.option(fc.constantFrom(1_000, 10_000), { nil: undefined }),
    attempt: fc.nat(3),
  })
  .map(({ verdict, stopping, admitted, delay, attempt }) => {
    const row = delay === undefined ? { attempt } : { attempt, backOff: { delay, since: 0 as Tick } };
    return {
      ...nothingKept,
      admitted,
      containers: Object.fromEntries(names.map((name) => [name, row])),
      ...(verdict === undefined ? {} : { verdict }),
      ...(stopping ? { stopping: { why: 'Deleted' as const, graceSeconds: 30, since: 0 as Tick } } : {}),
    };
  });

const scene = fc.record({
  records: fc.array(record, { maxLength: 6 }),
  failures: fc.dictionary(fc.constantFrom(...targets), failure, { maxKeys: 2 }),
  sandboxes: fc.array(fc.record({ ready: fc.boolean(), id: fc.constantFrom('s0', 's1') }), { maxLength: 2 }),
  kept,
  look: fc.constantFrom('no' as const, 'soon' as const, 'first' as const),
  observed: fc.constantFrom(true, true, true, false),
  deleted: fc.boolean(),
});

type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never;

function inputOf(pod: ReturnType<typeof podOf>, value: Scene): PodInput {
  const deletion = value.deleted ? { deletion: { graceSeconds: 30, seenAt: 0 as Tick } } : {};
  const newestFirst = value.records.toSorted((left, right) => right.attempt - left.attempt);
  return podInput({
    want: wantedPod(pod, deletion),
    kept: value.kept,
    seen: {
      ...nothingSeen,
      observed: value.observed,
      look: value.look,
      containers: newestFirst,
      failures: value.failures,
      sandboxes: value.sandboxes.map(({ id, ready }) => sandboxSeen({ id: id as SandboxId, ready })),
    },
  });
}

function check(status: PodStatus, pod: ReturnType<typeof podOf>): void {
  const containers = [...(status.initContainerStatuses ?? []), ...status.containerStatuses];
  for (const { state, lastState, ready, started } of containers) {
    assert.equal(Object.keys(state).length, 1, 'exactly one state is set');
    assert.ok(Object.keys(lastState).length <= 1, 'at most one last state is set');
    assert.equal(lastState.running ?? lastState.waiting, undefined, 'a last state is an end');
    if (started) assert.ok(state.running !== undefined, 'what is started runs');
    if (ready) assert.ok(started || state.terminated?.exitCode === 0, 'what is ready runs or is done');
    assert.ok((waitingReason(state) ?? 'x') !== '', 'a wait has a reason');
  }
  assert.equal(new Set(status.conditions.map(({ type }) => type)).size, status.conditions.length);
  const of = (type: string) => status.conditions.find((condition) => condition.type === type)?.status;
  assert.equal(of('Ready'), of('ContainersReady'));
  if (status.phase !== 'Running' && status.phase !== 'Pending') assert.equal(of('Ready'), 'False');
  if (of('Ready') === 'True') assert.ok(status.containerStatuses.every(({ ready }) => ready));
  assert.ok(podSummary(pod, status, false) !== '');
}

function waitingReason(state: ContainerState): string | undefined {
  return state.waiting?.reason;
}

suite('podStatus(), whatever is wanted, seen and decided', () => {
  test('is a status in itself', () => {
    fc.assert(
      fc.property(spec, scene, (shape, value) => {
        const pod = podOf(shape);
        check(podStatus(inputOf(pod, value), 1_000_000 as WallTime), pod);
      }),
      { numRuns: 2000 },
    );
  });

  test('never undoes an end, never counts restarts down, and moves a condition’s time only when it flips', () => {
    fc.assert(
      fc.property(spec, fc.array(scene, { minLength: 2, maxLength: 6 }), (shape, values) => {
        const pod = podOf(shape);
        let previous: PodStatus | undefined;
        values.forEach((value, at) => {
          const status = podStatus(inputOf(pod, value), (1_000_000 + at * 1000) as WallTime, previous);
          check(status, pod);
          if (previous !== undefined) compare(previous, status);
          previous = status;
        });
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same for the same input', () => {
    fc.assert(
      fc.property(spec, scene, (shape, value) => {
        const input = inputOf(podOf(shape), value);
        const first = podStatus(input, 1_000_000 as WallTime);
        assert.deepEqual(podStatus(input, 9_000_000 as WallTime, first), first);
      }),
      { numRuns: 1000 },
    );
  });
});

function compare(before: PodStatus, after: PodStatus): void {
  if (before.phase === 'Succeeded' || before.phase === 'Failed') assert.equal(after.phase, before.phase);
  for (const status of after.containerStatuses) {
    const old = before.containerStatuses.find(({ name }) => name === status.name);
    assert.ok(status.restartCount >= (old?.restartCount ?? 0), 'restartCount never falls');
  }
  for (const condition of after.conditions) {
    const old = before.conditions.find(({ type }) => type === condition.type);
    if (old?.status === condition.status) assert.equal(condition.lastTransitionTime, old.lastTransitionTime);
  }
}
