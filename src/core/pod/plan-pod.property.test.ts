import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { milliseconds, seconds } from '../../lib/time.ts';
import { PodWorld, settle } from '../../testing/pod-world.ts';
import { pod } from '../../testing/pods.ts';
import type { WantedPod } from './want.ts';

const hooks = { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['bye'] } } };

const wants: readonly WantedPod[] = [
  pod('web').container('c').want(),
  pod('web').container('c', 'i:1', { imagePullPolicy: 'Always' }).container('d', 'i:1').restart('OnFailure').want(),
  pod('web').init('i').init('j').container('c').hooks(hooks).container('d').want(),
  pod('web').init('i').sidecar('s').sidecar('t', { lifecycle: hooks }).container('c').grace(7).want(),
  pod('web').init('i').sidecar('s').container('c').container('d').restart('Never').want(),
  pod('web').container('c').container('d').restart('OnFailure').spec({ activeDeadlineSeconds: 600 }).want(),
  pod('web')
    .container('c')
    .volume({ name: 'v', emptyDir: { medium: '' } })
    .spec({ hostNetwork: true })
    .grace(0)
    .want(),
];

const inits = new Set(['i', 'j']);

/** One random thing that happens to the pod, the runtime or the agent. */
function happen(world: PodWorld, trouble: number): void {
  const { runtime, random } = world;
  const dice = random();
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  if (dice < 0.56) world.finishSome(trouble);
  else if (dice < 0.68) world.pass(milliseconds(Math.floor(random() * 12_000)));
  else if (dice < 0.75) {
    const container = pick([...runtime.containers.values()]);
    if (container !== undefined) runtime.exit(container.id, random() < 0.5 ? 0 : 1);
    if (random() < 0.7) world.event();
  } else if (dice < 0.78) world.takeEffectLate();
  else if (dice < 0.81) world.relist();
  else if (dice < 0.85) world.event();
  else if (dice < 0.89) world.slot = random() < 0.7;
  else if (dice < 0.91) meddle(world, trouble);
  else if (dice < 0.94) {
    if (random() < trouble) world.crash();
  } else if (dice < 0.96) remove(world);
  else world.pass(seconds(1));
}

/** Somebody or something else does what the agent did not ask for. */
function meddle({ runtime, random }: PodWorld, trouble: number): void {
  if (random() >= trouble) return;
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const sandbox = pick([...runtime.sandboxes.values()]);
  const container = pick([...runtime.containers.values()]);
  const dice = random();
  if (dice < 0.4 && sandbox !== undefined) runtime.kill(sandbox.id);
  else if (container === undefined) return;
  else if (dice < 0.7) runtime.forget(container.id);
  else runtime.containers.delete(container.id);
}

function remove(world: PodWorld): void {
  const { want, random } = world;
  if (want.kind === 'absent') return;
  // While the agent lives it remembers a spec; without one, somebody has to know the pod's name.
  const known = world.kept.identity.name !== '';
  if (known && (want.deletion !== undefined || random() < 0.3)) world.want = { kind: 'absent' };
  else world.want = { ...want, deletion: { graceSeconds: Math.floor(random() * 30), seenAt: world.now } };
}

/** What happens by itself in a calm world: init containers end well. */
function calm(world: PodWorld): boolean {
  for (const container of world.runtime.containers.values()) {
    if (!inits.has(container.name) || container.state !== 'running') continue;
    world.runtime.exit(container.id, 0);
    world.event();
    return true;
  }
  return false;
}

function walk(seed: number, steps: number, want: WantedPod): PodWorld {
  const world = new PodWorld(want, seed);
  const trouble = world.random() < 0.3 ? 0 : world.random() * 0.6;
  if (world.random() < 0.5) settle(world, () => calm(world));
  else world.replan();
  for (let step = 0; step < steps; step += 1) {
    happen(world, trouble);
    world.replan();
    report(world);
  }
  return world;
}

function report(world: PodWorld): void {
  const problems = [...world.problems, ...world.runtime.problems];
  assert.deepEqual(problems, [], `${problems.join('\n')}\n${world.trace.slice(-60).join('\n')}`);
}

const anyWalk = [fc.nat(), fc.integer({ min: 1, max: 150 }), fc.constantFrom(...wants)] as const;
const numRuns = Number(process.env['RUNS'] ?? 300);

suite('planPod() on random walks', () => {
  test('never breaks an invariant, whatever fails, gets lost or comes late', () => {
    fc.assert(
      fc.property(...anyWalk, (seed, steps, want) => {
        walk(seed, steps, want);
      }),
      { numRuns },
    );
  });

  test('reaches what is wanted once faults stop, and then has nothing to do', () => {
    fc.assert(
      fc.property(...anyWalk, (seed, steps, want) => {
        const world = walk(seed, steps, want);
        world.slot = true;
        for (let late = 0; late < 200; late += 1) world.takeEffectLate();
        world.relist();
        world.event();
        const settled = settle(world, () => calm(world));
        report(world);
        const story = `${JSON.stringify(world.plan)}\n${world.trace.slice(-80).join('\n')}`;
        assert.ok(settled, `it does not come to rest: ${story}`);
        assert.deepEqual(world.plan.actions, [], story);
        assert.equal(world.seen.look, 'no', story);
        assertReached(world, story);
      }),
      { numRuns },
    );
  });
});

function assertReached(world: PodWorld, story: string): void {
  const { want, plan, runtime } = world;
  if (want.kind === 'absent' || want.deletion !== undefined) {
    assert.equal(plan.stage, 'gone', story);
    assert.ok(runtime.isEmpty, story);
    return;
  }
  const running = [...runtime.containers.values()].filter(({ state }) => state === 'running');
  if (plan.stage === 'finished') {
    assert.notEqual(world.kept.verdict, undefined, story);
    assert.equal(running.length, 0, story);
    return;
  }
  assert.equal(plan.stage, 'running', story);
  const mains = want.pod.spec.containers.filter(({ name }) => running.some((one) => one.name === name));
  assert.ok(mains.length > 0, story);
  if (want.pod.spec.restartPolicy === 'Always') assert.equal(mains.length, want.pod.spec.containers.length, story);
}
