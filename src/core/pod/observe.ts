import { type Tick, tickOf, type WallTime } from '../../lib/time.ts';
import type { Observation } from './fact.ts';
import type { ContainerSeen, SandboxSeen, Seen } from './seen.ts';

export interface Moment {
  readonly at: Tick;
  readonly wall: WallTime;
}

/** Takes what the runtime showed in place of what was known; whatever belongs to things that are gone goes too. */
export function foldObservation(seen: Seen, observation: Observation, moment: Moment): Seen {
  const sandboxes = sortSandboxes(observation.sandboxes);
  const containers = sortContainers(
    observation.containers.map((container) => {
      const before = seen.containers.find(({ id }) => id === container.id);
      // A list tells less than a look: what was read once of the same state is not lost again.
      const details = before?.state === container.state ? before : {};
      return withExit({ ...details, ...container }, { before, ...moment });
    }),
  );
  const ids = new Set<string>([...sandboxes, ...containers].map(({ id }) => id));
  const attempts = new Set(containers.map(({ name, attempt }) => `${name}#${attempt}`));
  return {
    ...seen,
    observed: true,
    sandboxes,
    containers,
    hooks: keepOnly(seen.hooks, (key) => ids.has(beforeSlash(key))),
    hooksBegun: keepOnly(seen.hooksBegun, (key) => attempts.has(beforeSlash(key))),
    stops: keepOnly(seen.stops, (id) => ids.has(id)),
    ...madeBy(seen, sandboxes),
  };
}

/** Adds or replaces one container that an outcome told of. */
export function withContainer(seen: Seen, container: ContainerSeen, moment: Moment): Seen {
  const before = seen.containers.find(({ id }) => id === container.id);
  const others = seen.containers.filter(({ id }) => id !== container.id);
  return { ...seen, containers: sortContainers([...others, withExit(container, { before, ...moment })]) };
}

/** Adds or replaces one sandbox that an outcome told of. */
export function withSandbox(seen: Seen, sandbox: SandboxSeen): Seen {
  const others = seen.sandboxes.filter(({ id }) => id !== sandbox.id);
  return { ...seen, sandboxes: sortSandboxes([...others, sandbox]) };
}

/** A record without some of its keys. */
export function keepOnly<Value>(
  record: Readonly<Record<string, Value>>,
  keep: (key: string) => boolean,
): Readonly<Record<string, Value>> {
  const kept = Object.entries(record).filter(([key]) => keep(key));
  return kept.length === Object.keys(record).length ? record : Object.fromEntries(kept);
}

// The tick of an exit is worked out once and then stays: a wall clock that is set moves no back-off.
function withExit(
  container: ContainerSeen,
  moment: Moment & { readonly before: ContainerSeen | undefined },
): ContainerSeen {
  if (container.state !== 'exited') return container;
  const { before, at, wall } = moment;
  const { finishedAt } = container;
  return { ...container, exitedAt: before?.exitedAt ?? (finishedAt === undefined ? at : tickOf(finishedAt, at, wall)) };
}

// A sandbox that is ready stands in a cgroup and has its logs, whoever made them.
function madeBy(seen: Seen, sandboxes: readonly SandboxSeen[]): Partial<Seen> {
  if (!sandboxes.some(({ ready }) => ready)) return {};
  return { disk: { ...seen.disk, cgroup: true, logs: true }, cgroupsRemoved: [] };
}

function sortSandboxes(sandboxes: readonly SandboxSeen[]): readonly SandboxSeen[] {
  return sandboxes.toSorted((one, other) => other.attempt - one.attempt || other.createdAt - one.createdAt);
}

function sortContainers(containers: readonly ContainerSeen[]): readonly ContainerSeen[] {
  return containers.toSorted(
    (one, other) => byText(one.name, other.name) || other.attempt - one.attempt || other.createdAt - one.createdAt,
  );
}

function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function beforeSlash(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}
