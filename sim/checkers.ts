import type { Call } from '../src/testing/fake-calls.ts';
import type { FakeNode } from '../src/testing/fake-node.ts';
import { containerName } from '../src/testing/fake-runtime-state.ts';
import { isForeign } from './foreign.ts';

/** What the checkers know besides the machine: what was asked for, and since when it is no longer. */
export interface Asked {
  /** UIDs that the source holds now. */
  readonly wanted: ReadonlySet<string>;
  /** When the source dropped a pod, in virtual ms. */
  readonly removedAt: ReadonlyMap<string, number>;
}

// A removal reaches the loop through a queue and a microtask; a second is far more than both.
const removalHeard = 1000;

/** I7: a pod that was removed starts nothing any more. Judged when a call begins: late effects are the runtime's. */
export function startsAfterRemoval(call: Call, uid: string | undefined, asked: Asked): string | undefined {
  if (!['runSandbox', 'createContainer', 'startContainer'].includes(call.method) || uid === undefined) return undefined;
  const removed = asked.removedAt.get(uid);
  if (removed === undefined || asked.wanted.has(uid) || call.at < removed + removalHeard) return undefined;
  return `I7: ${call.method} ${call.target} although its pod was removed at ${removed}`;
}

/** I11: the attempt in the name of a new container or sandbox stands in the ledger. */
export function unrecordedAttempt(call: Call, node: FakeNode): string | undefined {
  if (call.method !== 'createContainer' && call.method !== 'runSandbox') return undefined;
  const parts = call.target.split('_');
  const attempt = Number(parts.at(-1));
  const uid = parts.at(-2) ?? '';
  const row = node.store.rows.get(uid);
  if (row === undefined) return `I11: ${call.method} ${call.target} before its pod stands in the ledger`;
  const kept = findAttempt(JSON.parse(row), call.method === 'runSandbox' ? undefined : (parts[0] ?? ''));
  return kept !== undefined && kept >= attempt
    ? undefined
    : `I11: ${call.method} ${call.target} although the ledger has attempt ${kept}`;
}

/** I1: no two instances of one container at once, and no attempt that is started twice. */
export class Instances {
  readonly #ids = new Map<string, string>();

  /** The pod is gone, or somebody else has removed a container of it: an attempt may come a second time. */
  forget(uid: string): void {
    for (const name of this.#ids.keys()) if (name.includes(`_${uid}_`)) this.#ids.delete(name);
  }

  check(node: FakeNode): readonly string[] {
    const found: string[] = [];
    const running = new Map<string, number>();
    for (const { seen, sandbox, config } of node.runtime.state.containers.values()) {
      if (seen.startedAt === undefined) continue;
      const name = containerName(sandbox.config, config);
      const known = this.#ids.get(name) ?? seen.id;
      this.#ids.set(name, known);
      if (known !== seen.id) found.push(`I1: attempt ${name} was started twice`);
      if (seen.state !== 'running') continue;
      const container = `${sandbox.config.uid}/${seen.name}`;
      running.set(container, (running.get(container) ?? 0) + 1);
    }
    for (const [name, count] of running) {
      if (count > 1) found.push(`I1: ${count} instances of ${name} run at once`);
    }
    return found;
  }
}

/** I8: of pods that nobody wants, nothing is left in the runtime, on disk, in the cgroups or in the ledger. */
export function leftovers(node: FakeNode, wanted: ReadonlySet<string>, taken: ReadonlySet<string>): readonly string[] {
  const { runtime, store, disk, cgroups } = node;
  const places: readonly (readonly [string, Iterable<string>])[] = [
    ['the runtime', runtime.state.uids()],
    ['the ledger', store.rows.keys()],
    ['the store of statuses', node.statuses.rows.keys()],
    ['the disk', disk.paths.map((path) => /^\/var\/lib\/nodelet\/pods\/([^/]+)/.exec(path)?.[1] ?? '')],
    ['the log folder', disk.paths.map((path) => /^\/var\/log\/pods\/[^/]*_([^/_]+)/.exec(path)?.[1] ?? '')],
    [
      'the log links',
      [...disk.links.values()].map((path) => /^\/var\/log\/pods\/[^/]*_([^/_]+)/.exec(path)?.[1] ?? ''),
    ],
    ['the cgroup tree', [...cgroups.tree.keys()].map((path) => /^\/kubepods.*\/pod([^/]+)$/.exec(path)?.[1] ?? '')],
  ];
  const found: string[] = [];
  for (const [place, uids] of places) {
    for (const uid of new Set(uids)) {
      if (uid !== '' && !wanted.has(uid)) found.push(`I8: ${place} still has something of pod ${uid}`);
    }
  }
  return [...found, ...deadLinks(node, taken)];
}

// A link whose container was collected leads a log shipper nowhere. Of one that somebody else took, it stays to the end.
function deadLinks({ disk, runtime }: FakeNode, taken: ReadonlySet<string>): readonly string[] {
  const ids = new Set<string>([...taken, ...[...runtime.state.containers.values()].map(({ seen }) => seen.id)]);
  return [...disk.links.keys()]
    .filter((path) => !isForeign(path) && !ids.has(/-([0-9a-f]{64})\.log$/.exec(path)?.[1] ?? ''))
    .map((path) => `I8: ${path} is the link of a container that is gone`);
}

function findAttempt(row: unknown, container: string | undefined): number | undefined {
  const kept = asRecord(asRecord(row)['kept'] ?? row);
  const attempt =
    container === undefined ? kept['sandboxAttempt'] : asRecord(asRecord(kept['containers'])[container])['attempt'];
  return typeof attempt === 'number' ? attempt : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
