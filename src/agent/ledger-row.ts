import type { ContainerKept, Kept } from '../core/pod/kept.ts';
import { type Milliseconds, milliseconds, seconds, type Tick, type WallTime } from '../lib/time.ts';

/** Both clocks at one moment. */
export interface Moment {
  readonly now: Tick;
  readonly wall: WallTime;
}

export type Decoded = { readonly ok: true; readonly kept: Kept } | { readonly ok: false; readonly reason: string };

// Grows when an older program would read a row wrongly; a row of another version is set aside.
const version = 1;

// The agent counts at most this long as spent while it was away: the wall clock may have been set meanwhile, and a grace
// or a back-off must not end for that alone.
const longestAway: Milliseconds = seconds(24 * 60 * 60);

// Only this program's start makes ticks comparable: a tick is stored as the time spent since, with the wall time of now.
interface Stored extends Omit<Kept, 'stopping' | 'containers'> {
  readonly version: number;
  readonly writtenAt: WallTime;
  readonly stopping?: Spent<NonNullable<Kept['stopping']>>;
  readonly containers: Readonly<Record<string, StoredContainer>>;
}

type StoredContainer = Omit<ContainerKept, 'backOff'> & {
  readonly backOff?: Spent<NonNullable<ContainerKept['backOff']>>;
};

type Spent<Value extends { readonly since: Tick }> = Omit<Value, 'since'> & { readonly spent: number };

/** One row as JSON. */
export function encodeKept(kept: Kept, at: Moment): string {
  const { stopping, containers, ...rest } = kept;
  const stored: Stored = {
    version,
    writtenAt: at.wall,
    ...rest,
    ...(stopping === undefined ? {} : { stopping: spent(stopping, at) }),
    containers: Object.fromEntries(
      Object.entries(containers).map(([name, { backOff, ...container }]) => [
        name,
        { ...container, ...(backOff === undefined ? {} : { backOff: spent(backOff, at) }) },
      ]),
    ),
  };
  return JSON.stringify(stored);
}

/** A row back from JSON, its ticks on the clock of this start; the reason when it is no such row. */
export function decodeKept(text: string, at: Moment): Decoded {
  const stored = parsed(text);
  if (typeof stored === 'string') return { ok: false, reason: stored };
  const away = milliseconds(Math.min(Math.max(0, at.wall - stored.writtenAt), longestAway));
  const { version: _version, writtenAt: _writtenAt, stopping, containers, ...rest } = stored;
  return {
    ok: true,
    kept: {
      ...rest,
      ...(stopping === undefined ? {} : { stopping: since(stopping, at, away) }),
      containers: Object.fromEntries(
        Object.entries(containers).map(([name, { backOff, ...container }]) => [
          name,
          { ...container, ...(backOff === undefined ? {} : { backOff: since(backOff, at, away) }) },
        ]),
      ),
    },
  };
}

function spent<Value extends { readonly since: Tick }>(
  { since: begun, ...rest }: Value,
  { now }: Moment,
): Spent<Value> {
  return { ...rest, spent: Math.max(0, Math.round(now - begun)) };
}

function since<Value extends { readonly spent: number }>(
  { spent: before, ...rest }: Value,
  { now }: Moment,
  away: Milliseconds,
): Omit<Value, 'spent'> & { readonly since: Tick } {
  return { ...rest, since: (now - before - away) as Tick };
}

function parsed(text: string): Stored | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isRecord(value)) return 'it is no object';
  if (value['version'] !== version) return `its version is ${String(value['version'])}, known is ${version}`;
  const fault = faultOf(value);
  return fault === undefined ? (value as unknown as Stored) : `its ${fault} is not as it was written`;
}

function faultOf(row: Readonly<Record<string, unknown>>): string | undefined {
  if (!isCount(row['revision'])) return 'revision';
  if (typeof row['writtenAt'] !== 'number') return 'writtenAt';
  const identity = row['identity'];
  if (!isRecord(identity) || typeof identity['name'] !== 'string' || typeof identity['namespace'] !== 'string') {
    return 'identity';
  }
  if (row['startTime'] !== undefined && typeof row['startTime'] !== 'number') return 'startTime';
  if (row['admitted'] !== undefined && typeof row['admitted'] !== 'boolean') return 'admitted';
  if (row['sandboxAttempt'] !== undefined && !isCount(row['sandboxAttempt'])) return 'sandboxAttempt';
  const stopping = row['stopping'];
  if (stopping !== undefined && !(isSpent(stopping) && typeof stopping['graceSeconds'] === 'number')) return 'stopping';
  const containers = row['containers'];
  if (!isRecord(containers)) return 'containers';
  return Object.values(containers).every(isContainer) ? undefined : 'containers';
}

function isContainer(value: unknown): boolean {
  if (!isRecord(value) || !isCount(value['attempt'])) return false;
  const backOff = value['backOff'];
  return backOff === undefined || (isSpent(backOff) && typeof backOff['delay'] === 'number');
}

function isSpent(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value['spent'] === 'number';
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
