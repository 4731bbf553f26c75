import type { ContainerState, ContainerStatus, PodPhase, PodStatus } from '../../../kube/pod-status.ts';
import { rfc3339 } from '../../../lib/rfc3339.ts';
import type { PodInput } from '../input.ts';
import type { ContainerSeen } from '../seen.ts';

/**
 * What can be told of a pod that nobody wants any more and whose spec is not known: its containers as the runtime has
 * them. It is for people on the node; no API asks for it.
 */
export function orphanStatus(input: PodInput, previous: PodStatus | undefined): PodStatus {
  const { seen, kept } = input;
  const newest = new Map<string, ContainerSeen>();
  for (const record of seen.containers) if (!newest.has(record.name)) newest.set(record.name, record);
  const records = [...newest.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  const startTime = kept.startTime === undefined ? previous?.startTime : rfc3339(kept.startTime);
  return {
    phase: phaseOf(records, input, previous),
    conditions: previous?.conditions ?? [],
    ...(startTime === undefined ? {} : { startTime }),
    qosClass: previous?.qosClass ?? 'BestEffort',
    containerStatuses: records.map((record) => statusOf(record, input)),
  };
}

function phaseOf(
  records: readonly ContainerSeen[],
  { seen, kept }: PodInput,
  previous: PodStatus | undefined,
): PodPhase {
  if (previous?.phase === 'Succeeded' || previous?.phase === 'Failed') return previous.phase;
  if (records.some(({ state }) => state === 'running' || state === 'unknown')) return 'Running';
  if (kept.verdict !== undefined) return kept.verdict.phase;
  // Where there is no container, or nobody has looked, nothing tells of an end, good or bad.
  const ended = records.length > 0 && records.every(({ state }) => state === 'exited');
  if (!ended || seen.look === 'first') return previous?.phase ?? 'Pending';
  return records.every(({ exitCode }) => exitCode === 0) ? 'Succeeded' : 'Failed';
}

function statusOf(record: ContainerSeen, { node }: PodInput): ContainerStatus {
  const running = record.state === 'running';
  return {
    name: record.name,
    state: stateOf(record),
    lastState: {},
    ready: running,
    started: running,
    restartCount: record.attempt,
    image: record.image,
    imageID: record.imageId,
    containerID: `${node.runtimeName}://${record.id}`,
  };
}

function stateOf(record: ContainerSeen): ContainerState {
  if (record.state === 'running') return { running: { startedAt: rfc3339(record.startedAt ?? record.createdAt) } };
  if (record.state !== 'exited') return { waiting: { reason: 'Terminating' } };
  const exitCode = record.exitCode ?? 0;
  return { terminated: { exitCode, reason: record.reason ?? (exitCode === 0 ? 'Completed' : 'Error') } };
}
