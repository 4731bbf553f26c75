// Bounds of the kernel's CFS scheduler: shares, and the least quota in microseconds.
const leastShares = 2;
const mostShares = 262_144;
const leastQuota = 1000;

/** CPU shares for thousandths of a core: 1024 a core. */
export function cpuShares(milli: number): number {
  return Math.min(mostShares, Math.max(leastShares, Math.floor((milli * 1024) / 1000)));
}

/** Microseconds of CPU in each period for thousandths of a core; 0 for no limit. */
export function cpuQuota(milli: number, periodMicros: number): number {
  if (milli === 0) return 0;
  return Math.max(leastQuota, Math.floor((milli * periodMicros) / 1000));
}
