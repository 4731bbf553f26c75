import type { NodeView } from '../core/node/view.ts';
import { type Kept, nothingKept } from '../core/pod/kept.ts';
import type { PodUid } from '../kube/meta.ts';
import type { PodStatus } from '../kube/pod-status.ts';
import type { Clock } from '../lib/clock.ts';
import { Scope } from '../lib/scope.ts';
import { after, type Milliseconds, seconds } from '../lib/time.ts';
import type { Ports } from '../ports/ports.ts';
import type { Ledger, Loaded } from './ledger.ts';
import type { Loop } from './loop.ts';
import { untilDone } from './node/back-off.ts';
import { type OnDisk, scanDisk } from './node/disk-scan.ts';
import type { Sources } from './node/sources.ts';
import type { ToldStatuses } from './status/told-statuses.ts';

// A source that is slow holds nobody up for longer; until it has told, nothing is torn down.
const patience: Milliseconds = seconds(2);

/** All that earlier lives of the agent left, in the ledger, the runtime and on disk. */
export interface Found {
  readonly ledger: Loaded;
  /** What was told last of the pods in the ledger. */
  readonly told: ReadonlyMap<PodUid, PodStatus>;
  readonly inRuntime: Awaited<ReturnType<Ports['runtime']['watch']['list']>>;
  readonly onDisk: ReadonlyMap<PodUid, OnDisk>;
}

export interface BootPorts {
  readonly ports: Ports;
  readonly ledger: Ledger;
  readonly statuses: ToldStatuses;
  readonly node: NodeView;
  /** Told why it takes longer. */
  readonly heldUp: (reason: string) => void;
}

/** Asks the ledger, the runtime and the disk, in this order; each is asked until it answers. */
export async function find({ ports, ledger, statuses, node, heldUp }: BootPorts, signal: AbortSignal): Promise<Found> {
  const retrying = { clock: ports.clock, logger: ports.logger, onFailure: heldUp };
  const loaded = await untilDone((ends) => ledger.load(ends), retrying, signal);
  for (const problem of loaded.problems) ports.logger.warn(problem);
  const told = await statuses.load(loaded.rows, signal);
  const inRuntime = await untilDone((ends) => ports.runtime.watch.list(ends), retrying, signal);
  const onDisk = await untilDone((ends) => scanDisk(node, ports, ends), retrying, signal);
  return { ledger: loaded, told, inRuntime, onDisk };
}

/**
 * Makes a row for each pod that was found, and tells it what the runtime has of it: who is not in the list looks for
 * himself before he acts.
 *
 * A cgroup or a log folder alone makes nobody ours: another node agent of this machine has its own in the same places.
 * Ours have a row in the ledger until they are gone.
 */
export function meetAll({ ledger, told, inRuntime, onDisk }: Found, loop: Loop, clock: Clock): void {
  const withData = [...onDisk].filter(([, { data }]) => data).map(([uid]) => uid);
  for (const uid of new Set([...ledger.rows.keys(), ...inRuntime.keys(), ...withData])) {
    const disk = onDisk.get(uid);
    const observation = inRuntime.get(uid);
    const [sandbox] = observation?.sandboxes ?? [];
    loop.meet(uid, ledger.rows.get(uid) ?? unknown(sandbox ?? disk?.identity), told.get(uid));
    if (disk !== undefined) {
      const { data, cgroup, logs } = disk;
      loop.learn(uid, { kind: 'disk', data, cgroup, logs });
    }
    if (observation === undefined) continue;
    loop.learn(uid, { kind: 'observed', basedOn: 0, observation, at: clock.now(), wall: clock.wall() });
  }
}

/** Waits for every source's first report, but not for long. */
export async function firstReports(sources: Sources, { clock }: Ports, signal: AbortSignal): Promise<void> {
  await using waiting = new Scope(signal);
  const enough = Promise.withResolvers<void>();
  waiting.spawn((ends) => sources.allReported(ends).finally(enough.resolve));
  waiting.spawn((ends) => clock.at(after(clock.now(), patience), ends).finally(enough.resolve));
  await enough.promise;
}

function unknown(identity: { readonly namespace: string; readonly name: string } | undefined): Kept {
  if (identity === undefined) return nothingKept;
  const { namespace, name } = identity;
  return { ...nothingKept, identity: { namespace, name } };
}
