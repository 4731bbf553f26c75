import { coreDecisions, type Decisions } from '../src/agent/decisions.ts';
import { replayJournal } from '../src/agent/replay.ts';
import { seeded } from '../src/lib/random.ts';
import { milliseconds, seconds } from '../src/lib/time.ts';
import { leftovers } from './checkers.ts';
import { unrest } from './converged.ts';
import { doSomething, imageNames } from './deeds.ts';
import { foreignersHarmed } from './foreign.ts';
import { World } from './world.ts';

export interface Verdict {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly coverage: ReadonlyMap<string, number>;
}

const deeds = 40;
// Longer than the longest back-off (300 s), the longest deadline of a call (240 s) and a grace together.
const healing = seconds(1800);

/**
 * One seed: a phase of faults in which only safety is judged, then calm weather in which everything must converge.
 *
 * The seed picks the rates of the faults, the shapes of the pods, and what people and programs do. `decisions` takes the
 * place of the core's, to show that the checkers find a rule that is broken.
 */
export async function runSeed(seed: number, decisions: Decisions = coreDecisions): Promise<Verdict> {
  const random = seeded(seed);
  const world = new World(random, decisions);
  for (const image of imageNames) world.node.images.publish(image);
  world.node.source.applyConfigMap('config', { key: 'first' });
  world.start();
  for (let deed = 0; deed < deeds && world.violations.length === 0; deed += 1) {
    doSomething(world, random);
    await world.run(milliseconds(Math.floor(random() * random() * 20_000)));
  }
  for (const image of imageNames) world.node.images.publish(image);
  world.node.source.applyConfigMap('config', { key: 'last' });
  if (world.violations.length === 0) await converge(world, decisions);
  const violations = [...world.violations];
  world.crash('at the end');
  await world.clock.settle();
  return { seed, violations, trace: world.trace.lines, coverage: world.coverage.counts };
}

async function converge(world: World, decisions: Decisions): Promise<void> {
  await world.calmDown();
  for (let spent = 0; spent < healing && world.violations.length === 0; spent += 60_000) {
    await world.run(seconds(60));
    if (spent > 300_000 && unrest(world).length === 0) break;
  }
  if (world.violations.length === 0) world.violations.push(...unrest(world));
  await restartQuietly(world);
  if (world.violations.length > 0) return;
  const { node, violations } = world;
  const { wanted, taken } = world.referee;
  violations.push(
    ...unrest(world),
    ...leftovers(node, wanted, taken),
    ...foreignersHarmed(node),
    ...replayed(world, decisions),
  );
}

/** I6: a new life of the agent in calm weather starts and stops nothing. */
async function restartQuietly(world: World): Promise<void> {
  if (world.violations.length > 0) return;
  const before = running(world);
  const told = conditions(world);
  world.crash('to come back');
  world.start();
  await world.run(seconds(60));
  const after = running(world);
  if (before !== after)
    world.violations.push(`I6: a restart of the agent changed what runs from ${before} to ${after}`);
  for (const [pod, now] of conditions(world)) {
    const then = told.get(pod) ?? now;
    if (then !== now) world.violations.push(`I3: a restart changed the conditions of ${pod} from ${then} to ${now}`);
  }
}

/** By pod: the status of each condition, and since when. */
function conditions({ agent }: World): ReadonlyMap<string, string> {
  const rows = agent?.view.pods() ?? [];
  return new Map(
    rows.map(({ name, uid, status }) => [
      `pod ${name} (${uid})`,
      status.conditions.map((each) => `${each.type}=${each.status}@${each.lastTransitionTime}`).join(' '),
    ]),
  );
}

function running(world: World): string {
  const containers = [...world.node.runtime.state.containers.values()];
  return containers
    .filter(({ seen }) => seen.state === 'running')
    .map(({ seen }) => seen.id.slice(-4))
    .sort()
    .join(' ');
}

/** I12: decided again from the journal, everything comes out the same. */
function replayed({ node }: World, decisions: Decisions): readonly string[] {
  const { differing, skipped } = replayJournal(node.journal.lines, decisions);
  const found = differing
    .slice(0, 3)
    .map((one) => `I12: line ${one.line} of the journal, pod ${one.uid}, is decided otherwise by a replay`);
  return skipped === 0 ? found : [...found, `I12: ${skipped} lines of the journal are of no use to a replay`];
}
