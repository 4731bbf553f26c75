import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Action } from '../core/pod/action.ts';
import { type Kept, nothingKept } from '../core/pod/kept.ts';
import type { Plan } from '../core/pod/plan.ts';
import type { PodUid } from '../kube/meta.ts';
import { type Milliseconds, seconds, type Tick } from '../lib/time.ts';
import { nodeView, podInput, podSpec, wantedPod } from '../testing/specs.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { coreDecisions, type Decisions } from './decisions.ts';
import type { Executed } from './in-flight.ts';
import { Loop } from './loop.ts';
import type { Row } from './pod/row.ts';

const uid = 'u1' as PodUid;
const nothingPlanned: Plan = { stage: 'running', actions: [], waits: [], wantsSlot: false };
const look: Action = { key: 'look', target: 'runtime', why: { code: 'LookAfterEvent' }, kind: 'look', events: 0 };

const record = (kept: Kept): Action => ({
  key: `record ${kept.revision}`,
  target: 'ledger',
  why: { code: 'RecordDecision', what: 'a test' },
  kind: 'record',
  kept,
});

interface Bench {
  readonly clock: VirtualClock;
  readonly loop: Loop;
  readonly end: AbortController;
  /** "<uid> <action key>" of each executed action. */
  readonly executed: string[];
  /** How many plans were made. */
  readonly plans: () => number;
}

/** A loop whose decisions a test gives. */
function bench(
  planPod: Decisions['planPod'],
  execute: (row: Row, action: Action, signal: AbortSignal) => Promise<Executed> = async () => ({ kind: 'nothing' }),
): Bench {
  const clock = new VirtualClock();
  const end = new AbortController();
  const executed: string[] = [];
  let plans = 0;
  const loop = new Loop(
    {
      node: nodeView(),
      startSlots: 2,
      decisions: {
        ...coreDecisions,
        podStatus: () => coreDecisions.podStatus(podInput(), clock.wall()),
        planPod: (input) => {
          plans += 1;
          return planPod(input);
        },
      },
      execute: (row, action, signal) => {
        executed.push(`${row.uid} ${action.key}`);
        return execute(row, action, signal);
      },
    },
    {
      clock,
      hearer: { wanted: () => undefined, learned: () => undefined, planned: () => undefined, gone: () => undefined },
    },
    end.signal,
  );
  loop.ended.catch(() => undefined);
  return { clock, loop, end, executed, plans: () => plans };
}

const wantedMap = (...names: readonly string[]): ReadonlyMap<PodUid, ReturnType<typeof wantedPod>> =>
  new Map(names.map((name) => [name as PodUid, wantedPod(podSpec({}, { uid: name as PodUid, name }))]));

suite('Loop', () => {
  test('plans once for all that was learned in one go', async () => {
    const { clock, loop, plans } = bench(() => nothingPlanned);
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    const before = plans();
    for (let each = 0; each < 10; each += 1) loop.learn(uid, { kind: 'event', at: clock.now() });
    await clock.settle();
    assert.equal(plans(), before + 1);
  });

  test('plans nothing before it has begun', async () => {
    const { clock, loop, plans } = bench(() => nothingPlanned);
    loop.want(wantedMap('u1'), true);
    await clock.settle();
    assert.equal(plans(), 0);
  });

  test('plans a pod again when its time has come, with one timer for all', async () => {
    const due: Record<string, Milliseconds> = { u1: seconds(5), u2: seconds(3), u3: seconds(3) };
    const planned: string[] = [];
    const { clock, loop } = bench((input) => {
      planned.push(`${input.uid} at ${input.now}`);
      const wakeAt = (due[input.uid] ?? 0) as number as Tick;
      return wakeAt > input.now ? { ...nothingPlanned, wakeAt } : nothingPlanned;
    });
    loop.want(wantedMap('u1', 'u2', 'u3'), true);
    loop.begin();
    await clock.settle();
    planned.length = 0;
    await clock.advance(seconds(10));
    assert.deepEqual(planned, ['u2 at 3000', 'u3 at 3000', 'u1 at 5000']);
    assert.equal(clock.next, undefined);
  });

  test('does not plan an unchanged pod again when its source tells everything once more', async () => {
    const { clock, loop, plans } = bench(() => nothingPlanned);
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    const before = plans();
    loop.want(wantedMap('u1'), true);
    await clock.settle();
    assert.equal(plans(), before);
  });

  test('takes what was recorded for kept before it learns of it', async () => {
    const revisions: number[] = [];
    const { clock, loop } = bench(({ kept }) => {
      revisions.push(kept.revision);
      const actions = kept.revision < 2 ? [record({ ...nothingKept, revision: kept.revision + 1 })] : [];
      return { ...nothingPlanned, actions };
    });
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    assert.deepEqual(revisions, [0, 1, 2]);
  });

  test('leaves an orphan alone until every source has reported', async () => {
    const { clock, loop, executed } = bench(() => ({ ...nothingPlanned, actions: [look] }));
    loop.meet(uid);
    loop.begin();
    loop.want(new Map(), false);
    await clock.settle();
    assert.deepEqual(executed, []);
    loop.want(new Map(), true);
    await clock.settle();
    assert.equal(executed[0], 'u1 look');
  });

  test('marks a pod that its source dropped as removed, with the grace of its last spec', async () => {
    const { clock, loop } = bench(() => nothingPlanned);
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.advance(seconds(2));
    loop.want(new Map(), true);
    const want = loop.rows.get(uid)?.want;
    assert.ok(want?.kind === 'pod');
    assert.equal(want.removed, true);
    assert.deepEqual(want.deletion, { graceSeconds: 30, seenAt: clock.now() });
  });

  test('drops a row when nothing is left, and then lets the pod of the same name go on', async () => {
    const predecessors: (string | undefined)[] = [];
    let gone = false;
    const { clock, loop } = bench((input) => {
      if (input.uid === 'u1') return gone ? { ...nothingPlanned, stage: 'gone' } : nothingPlanned;
      predecessors.push(input.predecessor);
      return nothingPlanned;
    });
    const one = podSpec({}, { uid });
    const other = podSpec({}, { uid: 'u2' as PodUid });
    loop.want(new Map([[uid, wantedPod(one)]]), true);
    loop.begin();
    await clock.settle();
    loop.want(new Map([[other.metadata.uid, wantedPod(other)]]), true);
    await clock.settle();
    gone = true;
    loop.learn(uid, { kind: 'event', at: clock.now() });
    await clock.settle();
    assert.deepEqual(predecessors, ['u1', undefined]);
    assert.deepEqual([...loop.rows.keys()], ['u2']);
  });

  test('gives out no more start slots than there are, and passes them on', async () => {
    const done = new Set<string>();
    const { clock, loop } = bench((input) => ({ ...nothingPlanned, wantsSlot: !done.has(input.uid) }));
    loop.want(wantedMap('u1', 'u2', 'u3'), true);
    loop.begin();
    await clock.settle();
    const granted = (): readonly string[] =>
      [...loop.rows.values()].filter(({ slot }) => slot.granted).map((row) => row.uid);
    assert.deepEqual(granted(), ['u1', 'u2']);
    assert.deepEqual(loop.rows.get('u3' as PodUid)?.slot, { granted: false, ahead: 0 });
    done.add('u1');
    loop.learn(uid, { kind: 'event', at: clock.now() });
    await clock.settle();
    assert.deepEqual(granted(), ['u2', 'u3']);
  });

  test('admits a pod against those that were admitted in the same turn', async () => {
    const answers = new Map<string, string>();
    const { clock, loop } = bench((input) => {
      answers.set(input.uid, input.admission.kind);
      return nothingPlanned;
    });
    const greedy = (name: string): ReturnType<typeof wantedPod> => {
      const spec = podSpec({}, { uid: name as PodUid, name });
      const [container] = spec.spec.containers;
      assert.ok(container);
      const containers = [{ ...container, resources: { requests: { cpu: '3' } } }];
      return wantedPod({ ...spec, spec: { ...spec.spec, containers } });
    };
    loop.want(new Map(['u1', 'u2'].map((name) => [name as PodUid, greedy(name)])), true);
    const observation = { sandboxes: [], containers: [] };
    for (const each of ['u1', 'u2']) {
      loop.learn(each as PodUid, { kind: 'observed', basedOn: 0, observation, at: clock.now(), wall: clock.wall() });
    }
    loop.begin();
    await clock.settle();
    assert.deepEqual(
      [...answers],
      [
        ['u1', 'admitted'],
        ['u2', 'rejected'],
      ],
    );
  });

  test('ends with the bug when an executor throws what no port throws', async () => {
    const bug = new TypeError('x is undefined');
    const { clock, loop } = bench(
      () => ({ ...nothingPlanned, actions: [look] }),
      () => Promise.reject(bug),
    );
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    await assert.rejects(loop.ended, bug);
  });

  test('ends with a bug when a plan has two actions with one target', async () => {
    const { clock, loop } = bench(() => ({ ...nothingPlanned, actions: [look, { ...look, key: 'look again' }] }));
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    await assert.rejects(loop.ended, /two actions for pod u1 have the same target/);
  });

  test('aborts what is under way when it is ended from outside', async () => {
    let aborted = false;
    const { clock, loop, end } = bench(
      () => ({ ...nothingPlanned, actions: [look] }),
      (_, __, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    );
    loop.want(wantedMap('u1'), true);
    loop.begin();
    await clock.settle();
    end.abort(new Error('shut down'));
    await loop.ended;
    assert.equal(aborted, true);
  });
});
