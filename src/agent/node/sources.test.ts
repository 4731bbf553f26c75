import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { WantedPod } from '../../core/pod/want.ts';
import type { PodUid } from '../../kube/meta.ts';
import { seconds } from '../../lib/time.ts';
import type { PodSource } from '../../ports/pod-source.ts';
import { PortError } from '../../ports/port-error.ts';
import { FakeLogger } from '../../testing/fake-logger.ts';
import { FakeSource } from '../../testing/fake-source.ts';
import { containerSpec, podSpec } from '../../testing/specs.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { Sources } from './sources.ts';

interface Told {
  readonly wanted: ReadonlyMap<PodUid, WantedPod>;
  readonly reported: boolean;
}

function reading(...all: readonly PodSource[]): {
  clock: VirtualClock;
  logger: FakeLogger;
  sources: Sources;
  told: Told[];
  events: (readonly string[])[];
  end: AbortController;
} {
  const clock = new VirtualClock();
  const logger = new FakeLogger();
  const end = new AbortController();
  const events: (readonly string[])[] = [];
  const sources = new Sources(all, {
    clock,
    logger,
    tell: (of, { type, reason, message }) => events.push([of, type, reason, message]),
  });

  const told: Told[] = [];
  for (const source of all) sources.read(source, end.signal).catch(() => undefined);
  sources.publishTo((wanted, reported) => told.push({ wanted, reported }));
  return { clock, logger, sources, told, events, end };
}

const named = (name: string): ReturnType<typeof podSpec> => podSpec({}, { name, uid: name as PodUid });

suite('Sources', () => {
  test('says that all have reported only once each of them has', async () => {
    const [one, other] = [new FakeSource(), new FakeSource({ ready: false })];
    const { clock, sources, told } = reading(one, other);
    one.apply(named('a'));
    await clock.settle();
    assert.equal(sources.reported, false);
    assert.deepEqual([...(told.at(-1)?.wanted.keys() ?? [])], ['a']);
    other.apply(named('b'));
    await clock.settle();
    assert.deepEqual([[...(told.at(-1)?.wanted.keys() ?? [])], told.at(-1)?.reported], [['a', 'b'], true]);
  });

  test('gives a pod the ConfigMaps and Secrets of its namespace that it names, and says which are missing', async () => {
    const source = new FakeSource();
    const { clock, told } = reading(source);
    const envFrom = [
      { configMapRef: { name: 'there', optional: false } },
      { configMapRef: { name: 'missing', optional: true } },
      { secretRef: { name: 'token', optional: false } },
    ];
    source.applyConfigMap('there', { a: '1' });
    source.applyConfigMap('unused', { a: '1' });
    source.applySecret('token', { t: new Uint8Array([1]) }, 'elsewhere');
    source.apply(podSpec({ containers: [containerSpec('c', { envFrom })] }));
    await clock.settle();
    const inputs = told.at(-1)?.wanted.get('u1' as PodUid)?.inputs;
    assert.deepEqual(
      Object.entries(inputs?.configMaps ?? {}).map(([name, { kind }]) => [name, kind]),
      [
        ['there', 'found'],
        ['missing', 'missing'],
      ],
    );
    assert.deepEqual(inputs?.secrets, { token: { kind: 'missing', detail: 'not found' } });
  });

  test('takes the first of two pods with one UID', async () => {
    const [one, other] = [new FakeSource(), new FakeSource()];
    const { clock, told } = reading(one, other);
    one.apply(podSpec({}, { name: 'first' }));
    other.apply(podSpec({}, { name: 'second' }));
    await clock.settle();
    assert.deepEqual(
      [...(told.at(-1)?.wanted.values() ?? [])].map(({ pod }) => pod.metadata.name),
      ['first'],
    );
  });

  test('tells a refused file as a Warning once a change, and as Normal when nothing is wrong with it any more', async () => {
    const source = new FakeSource();
    const { clock, sources, events } = reading(source);
    const problem = { file: 'web.yaml', line: 3, reason: 'expected a list', warning: false };
    const remark = { file: 'job.yaml', reason: 'is not needed', warning: true };
    source.report([problem, remark]);
    await clock.settle();
    source.report([problem]);
    await clock.settle();
    source.report([{ ...problem, line: 4 }]);
    await clock.settle();
    source.report([]);
    await clock.settle();
    assert.deepEqual(events, [
      ['web.yaml', 'Warning', 'FailedValidation', 'web.yaml:3: expected a list'],
      ['web.yaml', 'Warning', 'FailedValidation', 'web.yaml:4: expected a list'],
      ['web.yaml', 'Normal', 'Validated', 'web.yaml: nothing is wrong with it any more'],
    ]);
    assert.deepEqual(sources.problems, []);
  });

  test('tells a problem once, and keeps its beginning while it stands', async () => {
    const source = new FakeSource();
    const { clock, logger, sources } = reading(source);
    const problem = { file: 'web.yaml', line: 3, reason: 'spec.containers: expected a list', warning: false };
    source.report([problem]);
    await clock.advance(seconds(10));
    const since = sources.problems[0]?.since;
    source.apply(named('a'));
    await clock.advance(seconds(10));
    assert.deepEqual(sources.problems, [{ ...problem, since }]);
    assert.deepEqual(logger.lines, ['warn: web.yaml:3: spec.containers: expected a list']);
    source.report([]);
    await clock.settle();
    assert.deepEqual(sources.problems, []);
  });

  test('reads a source again that broke, and lets what it told last go on', async () => {
    const inner = new FakeSource();
    inner.apply(named('a'));
    let broken = false;
    const source: PodSource = {
      async *snapshots(signal) {
        for await (const snapshot of inner.snapshots(signal)) {
          yield snapshot;
          if (broken) throw new PortError('unavailable', 'cannot read pods: the folder is gone');
        }
      },
    };
    const { clock, told, logger } = reading(source);
    await clock.settle();
    broken = true;
    inner.apply(named('b'));
    await clock.settle();
    broken = false;
    inner.apply(named('c'));
    await clock.advance(seconds(10));
    assert.deepEqual([...(told.at(-1)?.wanted.keys() ?? [])], ['a', 'b', 'c']);
    assert.equal(logger.lines.length, 1);
  });
});
