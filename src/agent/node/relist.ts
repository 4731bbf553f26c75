import type { Observation } from '../../core/pod/fact.ts';
import type { Seen } from '../../core/pod/seen.ts';
import type { Clock } from '../../lib/clock.ts';
import { after, type Milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeWatch } from '../../ports/runtime.ts';
import type { Loop } from '../loop.ts';
import type { RuntimeHealth } from './runtime-health.ts';

export interface RelistPorts {
  readonly loop: Loop;
  readonly watch: RuntimeWatch;
  readonly clock: Clock;
  readonly health: RuntimeHealth;
}

/** How often all pods are compared with the runtime although events came: events may be lost. */
export const safetyInterval: Milliseconds = seconds(60);

/** The same on a runtime that has no events: the list is all there is. */
export const pollInterval: Milliseconds = seconds(1);

/**
 * Lists the runtime once and tells every pod that is not as we know it what there is. Pods that nobody knew get a row.
 * A runtime that does not answer is noted, not thrown.
 */
export async function relist({ loop, watch, clock, health }: RelistPorts, signal: AbortSignal): Promise<void> {
  const revisions = new Map([...loop.rows].map(([uid, { seen }]) => [uid, seen.revision]));
  let found: Awaited<ReturnType<RuntimeWatch['list']>>;
  try {
    found = await watch.list(signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof PortError)) throw error;
    health.suspect(error.message);
    return;
  }
  for (const uid of found.keys()) loop.meet(uid);
  for (const [uid, { seen }] of loop.rows) {
    const observation = found.get(uid) ?? nothing;
    const basedOn = revisions.get(uid);
    // Who came while the list was made looks for himself.
    if (basedOn === undefined || (!differs(observation, seen) && !isBlind(seen))) continue;
    loop.learn(uid, { kind: 'observed', basedOn, observation, at: clock.now(), wall: clock.wall() });
  }
}

const nothing: Observation = { sandboxes: [], containers: [] };

// Its own looks failed, and it would wait before the next one.
function isBlind(seen: Seen): boolean {
  return seen.failures['runtime'] !== undefined;
}

/** Lists again and again. */
export async function keepRelisting(every: Milliseconds, ports: RelistPorts, signal: AbortSignal): Promise<void> {
  while (true) {
    await ports.clock.at(after(ports.clock.now(), every), signal);
    await relist(ports, signal);
  }
}

function differs(observation: Observation, seen: Seen): boolean {
  return fingerprint(observation) !== fingerprint(seen);
}

function fingerprint({ sandboxes, containers }: Pick<Seen, 'sandboxes' | 'containers'>): string {
  return [...sandboxes.map(({ id, ready }) => `${id} ${ready}`), ...containers.map(({ id, state }) => `${id} ${state}`)]
    .sort()
    .join('\n');
}
