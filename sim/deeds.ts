import type { Pod } from '../src/kube/pod.ts';
import { type Random, seeded } from '../src/lib/random.ts';
import { seconds } from '../src/lib/time.ts';
import { somePod } from './pods.ts';
import type { World } from './world.ts';

/** Something that people, programs and machines do. False when there was nothing to do it with. */
type Deed = (world: World, random: Random) => boolean;

export const imageNames: readonly string[] = ['a:1', 'b:1', 'c:1'];
const podNames = ['a', 'b', 'c', 'd', 'e'];

const deeds: Readonly<Record<string, { readonly weight: number; readonly deed: Deed }>> = {
  'apply a pod': { weight: 28, deed: applySome },
  'remove a pod': {
    weight: 14,
    deed: (world, random) => withSome(world.node.source.content.pods, random, (pod) => world.remove(pod)),
  },
  'edit the ConfigMap': {
    weight: 8,
    deed: (world, random) => {
      world.node.source.applyConfigMap('config', { key: String(random()) });
      return true;
    },
  },
  'take a key out of the ConfigMap': {
    weight: 2,
    deed: ({ node }) => {
      node.source.applyConfigMap('config', { other: 'x' });
      return true;
    },
  },
  'remove the ConfigMap': {
    weight: 2,
    deed: ({ node }) => {
      node.source.set({ configMaps: [] });
      return true;
    },
  },
  'end a container': {
    weight: 14,
    deed: ({ node: { runtime } }, random) =>
      withSome(ours(runtime.state.containers.keys()), random, (id) => runtime.exit(id, random() < 0.5 ? 0 : 1)),
  },
  'remove a container behind our back': {
    weight: 3,
    deed: (world, random) => withSome(ours(world.node.runtime.state.containers.keys()), random, (id) => world.take(id)),
  },
  'kill a sandbox': {
    weight: 7,
    deed: ({ node: { runtime } }, random) =>
      withSome(ours(runtime.state.sandboxes.keys()), random, (id) => runtime.kill(id)),
  },
  'stop or start the runtime': { weight: 7, deed: toggleRuntime },
  'break the event streams': {
    weight: 4,
    deed: ({ node }) => {
      node.runtime.breakEvents();
      return true;
    },
  },
  'crash the agent': { weight: 7, deed: (world) => world.crash('by itself') },
  'remove an image from the runtime': {
    weight: 4,
    deed: ({ node }, random) => withSome(imageNames, random, (image) => node.images.drop(image)),
  },
  'change what the registry answers': {
    weight: 4,
    deed: ({ node }, random) =>
      withSome(imageNames, random, (image) => {
        const fails = random() < 0.5 ? 'refused' : 'unavailable';
        node.images.publish(image, random() < 0.5 ? { takes: seconds(random() * 20) } : { fails });
      }),
  },
  'set the wall clock': {
    weight: 4,
    deed: (world, random) => {
      const hours = random() < 0.5 ? -1 : 1;
      world.trace.add('clock', `is set by ${hours} h`);
      world.clock.jumpWall(seconds(3600 * hours));
      return true;
    },
  },
};

/** The name of every deed. */
export const everyDeed: readonly string[] = [...Object.keys(deeds), 'start the agent'];

/** Does something by the dice, and says what it was. */
export function doSomething(world: World, random: Random): void {
  if (!world.alive && random() < 0.6) {
    world.start();
    world.coverage.add('start the agent');
    return;
  }
  const all = Object.entries(deeds);
  let dice = random() * all.reduce((sum, [, { weight }]) => sum + weight, 0);
  for (const [name, { weight, deed }] of all) {
    dice -= weight;
    if (dice >= 0) continue;
    if (deed(world, random)) world.coverage.add(name);
    return;
  }
}

// Either a pod that the source had before, with its old UID, or a new one: an edited file.
function applySome(world: World, random: Random): boolean {
  const name = podNames[Math.floor(random() * podNames.length)] ?? 'a';
  const uid = `${name}${Math.floor(random() * 4)}`;
  const pod: Pod = somePod(name, uid, seeded(hash(uid)));
  world.apply(pod);
  return true;
}

function toggleRuntime(world: World): boolean {
  const { runtime } = world.node;
  runtime.down = !runtime.down;
  world.trace.add('runtime', runtime.down ? 'goes down' : 'is back');
  return true;
}

// Other programs' things are not ours to harm, not even here.
function ours<Id extends string>(ids: Iterable<Id>): readonly Id[] {
  return [...ids].filter((id) => !id.startsWith('f'));
}

function withSome<Value>(values: readonly Value[], random: Random, deed: (value: Value) => void): boolean {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) return false;
  deed(value);
  return true;
}

function hash(text: string): number {
  let value = 2166136261;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 16777619);
  return value >>> 0;
}
