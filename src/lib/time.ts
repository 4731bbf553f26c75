import type { Brand } from './brand.ts';

/** Milliseconds on a monotonic clock: for waiting; never printed, never stored. */
export type Tick = Brand<number, 'Tick'>;

/** Milliseconds since 1970: for people and the API; never waited on. */
export type WallTime = Brand<number, 'WallTime'>;

/** A length of time in milliseconds. */
export type Milliseconds = Brand<number, 'Milliseconds'>;

export function milliseconds(value: number): Milliseconds {
  return value as Milliseconds;
}

export function seconds(value: number): Milliseconds {
  return (value * 1000) as Milliseconds;
}

/** The moment that lies `wait` behind `tick`. */
export function after(tick: Tick, wait: Milliseconds): Tick {
  return (tick + wait) as Tick;
}

/** How long it is from `earlier` to `later`; negative when `later` comes first. */
export function between(earlier: Tick, later: Tick): Milliseconds {
  return (later - earlier) as Milliseconds;
}

/** The earliest of the moments that are given, or nothing when none is. */
export function earliest(...ticks: readonly (Tick | undefined)[]): Tick | undefined {
  let first: Tick | undefined;
  for (const tick of ticks) {
    if (tick !== undefined && (first === undefined || tick < first)) first = tick;
  }
  return first;
}

/** The tick at which something happened that a wall clock dated, never later than `now`. */
export function tickOf(happened: WallTime, now: Tick, wall: WallTime): Tick {
  return (now - Math.max(0, wall - happened)) as Tick;
}
