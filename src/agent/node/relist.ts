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
 * Lists the runtime once and makes every pod that is not as we know it look again. Pods that nobody knew get a row.
 * A runtime that does not answer is noted, not thrown.
 */
export async function relist({ loop, watch, clock, health }: RelistPorts, signal: AbortSignal): Promise<void> {
  let found: Awaited<ReturnType<RuntimeWatch['list']>>;
  try {
    found = await watch.list(signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof PortError)) throw error;
    health.suspect(error.message);
    return;
  }
  const event = { kind: 'event', at: clock.now() } as const;
  for (const [uid, observation] of found) {
    const known = loop.rows.get(uid);
    if (known === undefined) loop.meet(uid);
    else if (differs(observation, known.seen)) loop.learn(uid, event);
  }
  for (const [uid, { seen }] of loop.rows) {
    const vanished = !found.has(uid) && (seen.sandboxes.length > 0 || seen.containers.length > 0);
    if (vanished) loop.learn(uid, event);
  }
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
