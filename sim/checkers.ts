import type { PodStatus } from '../src/kube/pod-status.ts';
import type { Call } from '../src/testing/fake-calls.ts';
import type { FakeNode } from '../src/testing/fake-node.ts';

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

/** I1: no two instances of one container at once, and no attempt twice. */
export function doubles(node: FakeNode): readonly string[] {
  const found: string[] = [];
  const running = new Map<string, number>();
  for (const { seen, sandbox } of node.runtime.state.containers.values()) {
    if (seen.state !== 'running') continue;
    const name = `${sandbox.config.uid}/${seen.name}`;
    running.set(name, (running.get(name) ?? 0) + 1);
  }
  for (const [name, count] of running) {
    if (count > 1) found.push(`I1: ${count} instances of ${name} run at once`);
  }
  return found;
}

/** I3 and I5: a terminal phase stays, and is only told when nothing of the pod runs. */
export function phaseViolations(
  uid: string,
  status: PodStatus,
  before: PodStatus | undefined,
  node: FakeNode,
): readonly string[] {
  const found: string[] = [];
  const ended = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed';
  if (ended(before?.phase) && before?.phase !== status.phase) {
    found.push(`I3: pod ${uid} went from ${before?.phase} to ${status.phase}`);
  }
  if (ended(status.phase) && node.runtime.state.running(uid).length > 0) {
    found.push(`I5: pod ${uid} is told ${status.phase} while a container of it runs`);
  }
  return found;
}

/** I8: of pods that nobody wants, nothing is left in the runtime, on disk, in the cgroups or in the ledger. */
export function leftovers(node: FakeNode, wanted: ReadonlySet<string>): readonly string[] {
  const found: string[] = [];
  for (const uid of node.runtime.state.uids()) {
    if (!wanted.has(uid)) found.push(`I8: the runtime still has something of pod ${uid}`);
  }
  for (const uid of node.store.rows.keys()) {
    if (!wanted.has(uid)) found.push(`I8: the ledger still has pod ${uid}`);
  }
  return found;
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
