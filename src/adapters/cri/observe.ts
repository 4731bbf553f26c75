import type { Observation } from '../../core/pod/fact.ts';
import type { ContainerSeen, SandboxId, SandboxSeen } from '../../core/pod/seen.ts';
import type { PodUid } from '../../kube/meta.ts';
import { unlessAbsent } from './answers.ts';
import type { CriChannel } from './channel.ts';
import { containerRowSeen, containerSeen, podUidOf, sandboxSeen } from './from-cri.ts';
import type { Container } from './generated/container.pb.ts';
import { RuntimeServiceService as methods } from './generated/runtime.pb.ts';
import type { PodSandbox } from './generated/sandbox.pb.ts';

type Rows = { readonly sandboxes: readonly PodSandbox[]; readonly containers: readonly Container[] };

type Looked = {
  readonly sandboxes: readonly (SandboxSeen | undefined)[];
  readonly containers: readonly (ContainerSeen | undefined)[];
};

// A list after a restart reads a status for each container of the node; containerd answers no faster for more.
const statusesAtOnce = 16;

/**
 * Reads what the runtime has: rows by label, then a status for each, since rows lack addresses, times and exit codes.
 *
 * What disappears between the two is left out. A status that comes back empty is made up for by its row.
 */
export class Observer {
  readonly #channel: CriChannel;
  // Statuses that were read and can't change while the row's state stays; list() forgets those that it does not meet.
  #settledSandboxes = new Map<string, SandboxSeen>();
  #settledContainers = new Map<string, ContainerSeen>();

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  /** All of one pod, each status read anew. */
  async observe(uid: PodUid, signal: AbortSignal): Promise<Observation> {
    const rows = await this.#rows({ 'io.kubernetes.pod.uid': uid }, `look at pod ${uid}`, signal);
    const [sandboxes, containers] = await Promise.all([
      Promise.all(rows.sandboxes.map((row) => this.#sandbox(row, signal))),
      Promise.all(rows.containers.map((row) => this.#container(row, signal))),
    ]);
    this.#settle(rows, { sandboxes, containers });
    return observationOf(sandboxes, containers);
  }

  /** All pods. In a quiet moment these are two calls: a status is read again only when its row's state is another. */
  async list(signal: AbortSignal): Promise<ReadonlyMap<PodUid, Observation>> {
    const rows = await this.#rows({}, 'list pods', signal);
    const sandboxes = await inTurns(ofPods(rows.sandboxes), async (row) => {
      return this.#settledSandboxes.get(keyOf(row)) ?? (await this.#sandbox(row, signal));
    });
    const containers = await inTurns(ofPods(rows.containers), async (row) => {
      return this.#settledContainers.get(keyOf(row)) ?? (await this.#container(row, signal));
    });
    this.#settledSandboxes = settled(sandboxes, sandboxIsSettled);
    this.#settledContainers = settled(containers, containerIsSettled);
    const pods = new Map<PodUid, { sandboxes: SandboxSeen[]; containers: ContainerSeen[] }>();
    const of = (uid: PodUid): { sandboxes: SandboxSeen[]; containers: ContainerSeen[] } => {
      const pod = pods.get(uid) ?? { sandboxes: [], containers: [] };
      pods.set(uid, pod);
      return pod;
    };
    for (const [{ uid }, seen] of sandboxes) if (seen) of(uid).sandboxes.push(seen);
    for (const [{ uid }, seen] of containers) if (seen) of(uid).containers.push(seen);
    return new Map([...pods].map(([uid, pod]) => [uid, observationOf(pod.sandboxes, pod.containers)]));
  }

  // The list after a start of many pods need not read again what each of them has looked at.
  #settle({ sandboxes, containers }: Rows, seen: Looked): void {
    sandboxes.forEach((row, at) => {
      const one = seen.sandboxes[at];
      if (one !== undefined && sandboxIsSettled(one)) this.#settledSandboxes.set(keyOf(row), one);
    });
    containers.forEach((row, at) => {
      const one = seen.containers[at];
      if (one !== undefined && containerIsSettled(one)) this.#settledContainers.set(keyOf(row), one);
    });
  }

  async #rows(labelSelector: Record<string, string>, what: string, signal: AbortSignal): Promise<Rows> {
    const options = { what, effect: 'read' } as const;
    const [{ items }, { containers }] = await Promise.all([
      this.#channel.call(methods.listPodSandbox, { filter: { id: '', labelSelector } }, options, signal),
      this.#channel.call(
        methods.listContainers,
        { filter: { id: '', podSandboxId: '', labelSelector } },
        options,
        signal,
      ),
    ]);
    return { sandboxes: items, containers };
  }

  async #sandbox(row: PodSandbox, signal: AbortSignal): Promise<SandboxSeen | undefined> {
    const options = { what: `read sandbox ${row.id}`, effect: 'read' } as const;
    const request = { podSandboxId: row.id, verbose: false };
    const answer = await this.#channel.call(methods.podSandboxStatus, request, options, signal).catch(unlessAbsent);
    return answer && sandboxSeen(answer.status ?? row);
  }

  async #container(row: Container, signal: AbortSignal): Promise<ContainerSeen | undefined> {
    const options = { what: `read container ${row.id}`, effect: 'read' } as const;
    const request = { containerId: row.id, verbose: false };
    const answer = await this.#channel.call(methods.containerStatus, request, options, signal).catch(unlessAbsent);
    if (!answer) return undefined;
    return answer.status ? containerSeen(answer.status, row.podSandboxId as SandboxId) : containerRowSeen(row);
  }
}

type OfPod<Row> = { readonly row: Row; readonly uid: PodUid };
type Read<Row, Seen> = readonly (readonly [OfPod<Row>, Seen | undefined])[];

// Sandboxes without the label were made by other hands; they are none of our business.
function ofPods<Row extends PodSandbox | Container>(rows: readonly Row[]): readonly OfPod<Row>[] {
  return rows.flatMap((row) => {
    const uid = podUidOf(row);
    return uid === undefined ? [] : [{ row, uid }];
  });
}

function keyOf(row: PodSandbox | Container): string {
  return `${row.id} ${row.state}`;
}

// A half-filled status is read again at the next list.
function sandboxIsSettled(seen: SandboxSeen): boolean {
  return seen.network === 'NODE' || !seen.ready || seen.ips.length > 0;
}

function containerIsSettled(seen: ContainerSeen): boolean {
  return (
    (seen.state === 'running' && seen.startedAt !== undefined) ||
    (seen.state === 'exited' && seen.finishedAt !== undefined)
  );
}

function settled<Row extends PodSandbox | Container, Seen>(
  read: Read<Row, Seen>,
  isSettled: (seen: Seen) => boolean,
): Map<string, Seen> {
  const kept = new Map<string, Seen>();
  for (const [{ row }, seen] of read) if (seen !== undefined && isSettled(seen)) kept.set(keyOf(row), seen);
  return kept;
}

async function inTurns<Row, Seen>(
  rows: readonly OfPod<Row>[],
  read: (row: Row) => Promise<Seen | undefined>,
): Promise<Read<Row, Seen>> {
  const done: (readonly [OfPod<Row>, Seen | undefined])[] = [];
  const left = rows.values();
  const turn = async (): Promise<void> => {
    for (const next of left) done.push([next, await read(next.row)]);
  };
  await Promise.all(Array.from({ length: statusesAtOnce }, turn));
  return done;
}

function observationOf(
  sandboxes: readonly (SandboxSeen | undefined)[],
  containers: readonly (ContainerSeen | undefined)[],
): Observation {
  return {
    sandboxes: sandboxes.filter((seen) => seen !== undefined).sort(newestFirst),
    containers: containers.filter((seen) => seen !== undefined).sort(byName),
  };
}

function byName(a: ContainerSeen, b: ContainerSeen): number {
  return a.name.localeCompare(b.name) || newestFirst(a, b);
}

type Dated = { readonly attempt: number; readonly createdAt: number };

function newestFirst(a: Dated, b: Dated): number {
  return b.attempt - a.attempt || b.createdAt - a.createdAt;
}
