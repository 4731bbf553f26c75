import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { PortError } from '../ports/port-error.ts';
import type { Ports } from '../ports/ports.ts';
import { type Call, type FakeWorld, type Faults, noFaults, quietWorld } from './fake-calls.ts';
import { FakeCgroups } from './fake-cgroups.ts';
import { FakeDisk, FakeVolumes } from './fake-disk.ts';
import { FakeHooks } from './fake-hooks.ts';
import { FakeImages } from './fake-images.ts';
import { quietLogger } from './fake-logger.ts';
import { FakeMachine } from './fake-machine.ts';
import { FakeRuntime } from './fake-runtime.ts';
import type { FakeRuntimeOptions } from './fake-runtime-core.ts';
import { FakeSource } from './fake-source.ts';
import { FakeLineLog, FakeStore } from './fake-store.ts';

/** All that is outside the agent on one machine: it outlives the agent, which a test may throw away and make anew. */
export interface FakeNode {
  readonly world: FakeWorld;
  readonly runtime: FakeRuntime;
  readonly images: FakeImages;
  readonly disk: FakeDisk;
  readonly volumes: FakeVolumes;
  readonly cgroups: FakeCgroups;
  readonly store: FakeStore;
  readonly statuses: FakeStore;
  readonly journal: FakeLineLog;
  readonly hooks: FakeHooks;
  readonly machine: FakeMachine;
  readonly source: FakeSource;
  /** Every port call so far. */
  readonly calls: readonly Call[];
}

/** One machine made of fakes, on this clock. Images are in the runtime only when they were loaded or pulled. */
export function fakeNode(clock: Clock, options: FakeRuntimeOptions = {}): FakeNode {
  const calls: Call[] = [];
  const world: FakeWorld = { ...quietWorld(clock), trace: (call) => calls.push(call) };
  const images = new FakeImages(world);
  const disk = new FakeDisk(world);
  return {
    world,
    images,
    disk,
    calls,
    runtime: new FakeRuntime({ hasImage: (id) => images.has(id), ...options }, world),
    volumes: new FakeVolumes(disk, world),
    cgroups: new FakeCgroups(world),
    store: new FakeStore(world),
    statuses: new FakeStore(world, 'statuses '),
    journal: new FakeLineLog(),
    hooks: new FakeHooks(world),
    machine: new FakeMachine(),
    source: new FakeSource(),
  };
}

/** The machine's ports as an agent is given them. */
export function portsOf(node: FakeNode, logger: Logger = quietLogger): Ports {
  const { world, runtime, images, disk, volumes, cgroups, store, statuses, journal, hooks, machine, source } = node;
  return {
    clock: world.clock,
    logger,
    runtime,
    images,
    pullProgress: images,
    disk,
    volumes,
    cgroups,
    store,
    statuses,
    journal,
    hooks,
    machine,
    sources: [source],
  };
}

/** Fails the calls of one method with this error until the returned function is called. */
export function failing(world: FakeWorld, method: string, error: PortError): () => void {
  const before = world.faults;
  const faults: Faults = {
    before: (call) => (call.method === method ? error : before.before(call)),
    after: before.after,
  };
  world.faults = faults;
  return () => {
    world.faults = before;
  };
}

/** Ends all faults. */
export function calm(world: FakeWorld): void {
  world.faults = noFaults;
}
