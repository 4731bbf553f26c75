import type { PodStatus } from '../../kube/pod-status.ts';
import type { WallTime } from '../../lib/time.ts';

/** What was told last of one pod, as it outlives the agent. */
export interface StatusRow {
  /** When the node took the pod in: the ledger has the same value, or this is of another life of that UID. */
  readonly startTime: WallTime;
  readonly status: PodStatus;
}

export type Decoded = { readonly ok: true; readonly row: StatusRow } | { readonly ok: false; readonly reason: string };

// Grows when an older program would read a row wrongly; a row of another version is left out.
const version = 1;

/** One row as JSON. */
export function encodeStatus({ startTime, status }: StatusRow): string {
  return JSON.stringify({ version, startTime, status });
}

/** A row back from JSON, or why it is none. */
export function decodeStatus(text: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'it is no JSON' };
  }
  if (!isRecord(value)) return { ok: false, reason: 'it is no object' };
  if (value['version'] !== version) {
    return { ok: false, reason: `its version is ${String(value['version'])}, known is ${version}` };
  }
  const { startTime, status } = { startTime: value['startTime'], status: value['status'] };
  if (typeof startTime !== 'number') return { ok: false, reason: 'its startTime is not as it was written' };
  const fault = isRecord(status) ? faultOf(status) : 'form';
  if (fault !== undefined) return { ok: false, reason: `its status's ${fault} is not as it was written` };
  return { ok: true, row: { startTime: startTime as WallTime, status: status as unknown as PodStatus } };
}

type Fields = Readonly<Record<string, unknown>>;

const phases: readonly unknown[] = ['Pending', 'Running', 'Succeeded', 'Failed'] satisfies PodStatus['phase'][];

// All that the next status is computed from; the rest is shown as it is.
function faultOf(status: Fields): string | undefined {
  if (!phases.includes(status['phase'])) return 'phase';
  if (!isListOf(status['conditions'], isCondition)) return 'conditions';
  if (!isListOf(status['containerStatuses'], isContainer)) return 'containerStatuses';
  if (!isOptional(status['initContainerStatuses'], isContainer)) return 'initContainerStatuses';
  if (!isOptional(status['podIPs'], (each) => typeof each['ip'] === 'string')) return 'podIPs';
  const startTime = status['startTime'];
  return startTime === undefined || typeof startTime === 'string' ? undefined : 'startTime';
}

function isCondition(value: Fields): boolean {
  return ['type', 'status', 'lastTransitionTime'].every((name) => typeof value[name] === 'string');
}

function isContainer(value: Fields): boolean {
  const { state, lastState } = { state: value['state'], lastState: value['lastState'] };
  if (typeof value['name'] !== 'string' || typeof value['restartCount'] !== 'number') return false;
  return [state, lastState].every((each) => isRecord(each) && isEnd(each['terminated']));
}

function isEnd(value: unknown): boolean {
  return value === undefined || (isRecord(value) && typeof value['exitCode'] === 'number');
}

function isOptional(value: unknown, is: (each: Fields) => boolean): boolean {
  return value === undefined || isListOf(value, is);
}

function isListOf(value: unknown, is: (each: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((each) => isRecord(each) && is(each));
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
