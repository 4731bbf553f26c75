import { Scope } from '../../lib/scope.ts';
import { after, type Milliseconds, seconds } from '../../lib/time.ts';
import type { Logger } from '../../ports/logger.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeEvent } from '../../ports/runtime.ts';
import { BackOff } from './back-off.ts';
import { keepRelisting, pollInterval, type RelistPorts, relist, safetyInterval } from './relist.ts';

export interface EventPorts extends RelistPorts {
  readonly logger: Logger;
}

// A stream cannot say when it began to hear: what happened between the list and that moment shows in a second list.
const secondLook: Milliseconds = seconds(1);

/**
 * Keeps the pods in step with the runtime: an event makes its pod look again, at once; the list does so for all pods,
 * seldom. On a runtime without events the list does it alone, each second.
 */
export async function watchRuntime(ports: EventPorts, signal: AbortSignal): Promise<void> {
  const backOff = new BackOff(ports.clock);
  while (true) {
    try {
      await follow(ports, backOff, signal);
      ports.health.suspect('the stream of runtime events ended');
    } catch (error) {
      if (signal.aborted || !(error instanceof PortError)) throw error;
      if (error.kind === 'refused') {
        ports.logger.info('the runtime has no events; it is listed each second instead', { error: error.message });
        return keepRelisting(pollInterval, ports, signal);
      }
      ports.health.suspect(error.message);
    }
    await backOff.pause(signal);
  }
}

async function follow(ports: EventPorts, backOff: BackOff, signal: AbortSignal): Promise<void> {
  await using connection = new Scope(signal);
  const events = ports.watch.events(connection.signal)[Symbol.asyncIterator]();
  const first = events.next();
  connection.spawn(async (ends) => {
    await relist(ports, ends);
    await ports.clock.at(after(ports.clock.now(), secondLook), ends);
    // It has held so long that it counts as connected.
    backOff.reset();
    await relist(ports, ends);
    await keepRelisting(safetyInterval, ports, ends);
  });
  for (let next = await first; next.done !== true; next = await events.next()) hear(next.value, ports);
}

// An event of a pod without a row is news of an orphan, unless it tells of the last remains of one that just went.
function hear({ uid, kind }: RuntimeEvent, { loop, clock }: EventPorts): void {
  if (uid === '') return;
  if (loop.rows.has(uid)) loop.learn(uid, { kind: 'event', at: clock.now() });
  else if (kind !== 'deleted') loop.meet(uid);
}
