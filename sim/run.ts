import type { Pod } from '../src/kube/pod.ts';
import { type Random, seeded } from '../src/lib/random.ts';
import { milliseconds, seconds } from '../src/lib/time.ts';
import type { PodRow } from '../src/server/view.ts';
import { leftovers } from './checkers.ts';
import { somePod } from './pods.ts';
import { World } from './world.ts';

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly calls: number;
}

const names = ['a', 'b', 'c', 'd', 'e'];
const deeds = 40;
// Longer than the longest back-off (300 s), the longest deadline of a call (240 s) and a grace together.
const healing = seconds(1800);

/**
 * One seed: a phase of faults in which only safety is judged, then calm weather in which everything must converge.
 *
 * The seed picks the rates of the faults, the shapes of the pods, and what people and programs do.
 */
export async function runSeed(seed: number): Promise<Verdict> {
  const random = seeded(seed);
  const world = new World(random);
  for (const image of ['a:1', 'b:1', 'c:1']) world.node.images.publish(image);
  world.start();
  for (let deed = 0; deed < deeds && world.violations.length === 0; deed += 1) {
    doSomething(world, random);
    await world.run(milliseconds(Math.floor(random() * random() * 20_000)));
  }
  world.node.source.applyConfigMap('config', { key: 'last' });
  await world.calmDown();
  for (let spent = 0; spent < healing && world.violations.length === 0; spent += 60_000) {
    await world.run(seconds(60));
    if (spent > 300_000 && unrest(world).length === 0) break;
  }
  await restartQuietly(world);
  if (world.violations.length === 0) world.violations.push(...unrest(world), ...leftovers(world.node, world.wanted));
  const verdict = {
    seed,
    violations: [...world.violations],
    trace: world.trace.lines,
    calls: world.trace.lines.length,
  };
  world.crash('at the end');
  await world.clock.settle();
  return verdict;
}

/** I6: a new life of the agent in calm weather starts and stops nothing. */
async function restartQuietly(world: World): Promise<void> {
  if (world.violations.length > 0) return;
  const before = running(world);
  world.crash('to come back');
  world.start();
  await world.run(seconds(60));
  const after = running(world);
  if (before !== after)
    world.violations.push(`I6: a restart of the agent changed what runs from ${before} to ${after}`);
}

function running(world: World): string {
  const containers = [...world.node.runtime.state.containers.values()];
  return containers
    .filter(({ seen }) => seen.state === 'running')
    .map(({ seen }) => seen.id.slice(-4))
    .sort()
    .join(' ');
}

function doSomething(world: World, random: Random): void {
  const { runtime, source } = world.node;
  const pick = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(random() * values.length)];
  const dice = random();
  if (!world.alive && dice < 0.6) world.start();
  else if (dice < 0.3) applySome(world, pick(names) ?? 'a', random);
  else if (dice < 0.45) doWith(pick(source.content.pods), (pod) => world.remove(pod));
  else if (dice < 0.55) source.applyConfigMap('config', { key: String(random()) });
  else if (dice < 0.7)
    doWith(pick([...runtime.state.containers.keys()]), (id) => runtime.exit(id, random() < 0.5 ? 0 : 1));
  else if (dice < 0.77) doWith(pick([...runtime.state.sandboxes.keys()]), (id) => runtime.kill(id));
  else if (dice < 0.84) toggleRuntime(world);
  else if (dice < 0.88) runtime.breakEvents();
  else if (dice < 0.96) world.crash('by itself');
}

// Either a pod that the source had before, with its old UID, or a new one: an edited file.
function applySome(world: World, name: string, random: Random): void {
  const uid = `${name}${Math.floor(random() * 4)}`;
  const shape = seeded(hash(uid));
  world.apply(somePod(name, uid, shape));
}

function toggleRuntime(world: World): void {
  const { runtime } = world.node;
  runtime.down = !runtime.down;
  world.trace.add('runtime', runtime.down ? 'goes down' : 'is back');
}

/** I10: what keeps the node from being what was asked for; nothing once it has converged. */
function unrest(world: World): readonly string[] {
  const found: string[] = [];
  const rows = world.agent?.view.pods() ?? [];
  for (const row of rows) {
    for (const line of row.doing) found.push(`I10: pod ${row.name} (${row.uid}) still does: ${line.text}`);
  }
  for (const pod of world.node.source.content.pods) {
    const row = rows.find(({ uid }) => uid === pod.metadata.uid);
    if (row === undefined) found.push(`I10: pod ${pod.metadata.name} (${pod.metadata.uid}) has no row`);
    else found.push(...unsettled(pod, row, world));
  }
  return found;
}

function unsettled(pod: Pod, row: PodRow, world: World): readonly string[] {
  const { uid, name } = pod.metadata;
  const running = world.node.runtime.state.running(uid);
  if (row.status.phase === 'Succeeded' || row.status.phase === 'Failed') {
    return running.length > 0 ? [`I5: pod ${name} (${uid}) has ended and ${running.length} containers run`] : [];
  }
  const found: string[] = [];
  for (const container of pod.spec.containers) {
    const count = world.node.runtime.state.running(uid, container.name).length;
    const restarts = pod.spec.restartPolicy === 'Always';
    if (restarts ? count !== 1 : count > 1) {
      found.push(`I10: pod ${name} (${uid}, ${row.stage}) has ${count} instances of ${container.name}`);
    }
  }
  const ready = row.status.conditions.find(({ type }) => type === 'Ready')?.status;
  if (pod.spec.restartPolicy === 'Always' && ready !== 'True') found.push(`I10: pod ${name} (${uid}) is not Ready`);
  return found;
}

function doWith<Value>(value: Value | undefined, deed: (value: Value) => void): void {
  if (value !== undefined) deed(value);
}

function hash(text: string): number {
  let value = 2166136261;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 16777619);
  return value >>> 0;
}
