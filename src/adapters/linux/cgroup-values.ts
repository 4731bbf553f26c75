import type { CgroupValues } from '../../core/resources/cgroup.ts';

/** One file of a cgroup with what must be in it. */
export interface Setting {
  readonly controller: string;
  readonly file: string;
  readonly text: string;
}

const leastShares = 2;
const mostShares = 262_144;
const defaultPeriod = 100_000;
// The kernel counts memory in pages, rounded down, and says "no limit" as the largest number of pages.
const pageBytes = 4096n;
const unlimitedBytes = (1n << 63n) - (1n << 20n);

/** The files of a v1 cgroup, in the order in which they are written. */
export function settingsV1(values: CgroupValues): readonly Setting[] {
  const settings: Setting[] = [];
  const add = (controller: string, file: string, value: number | undefined): void => {
    if (value !== undefined) settings.push({ controller, file, text: String(value) });
  };
  add('cpu', 'cpu.shares', values.cpuShares === undefined ? undefined : sharesOf(values.cpuShares));
  // The period before the quota: a quota is measured against the period that is there.
  add('cpu', 'cpu.cfs_period_us', values.cpuPeriod);
  add('cpu', 'cpu.cfs_quota_us', values.cpuQuota);
  add('memory', 'memory.limit_in_bytes', values.memoryLimit);
  if (values.pidsLimit !== undefined)
    settings.push({ controller: 'pids', file: 'pids.max', text: maxOr(values.pidsLimit) });
  return settings;
}

/** The files of a v2 cgroup. */
export function settingsV2(values: CgroupValues): readonly Setting[] {
  const settings: Setting[] = [];
  const add = (controller: string, file: string, text: string): void => {
    settings.push({ controller, file, text });
  };
  if (values.cpuShares !== undefined) add('cpu', 'cpu.weight', String(weightOf(values.cpuShares)));
  if (values.cpuQuota !== undefined || values.cpuPeriod !== undefined) {
    add('cpu', 'cpu.max', `${maxOr(values.cpuQuota ?? -1)} ${values.cpuPeriod ?? defaultPeriod}`);
  }
  if (values.memoryLimit !== undefined) add('memory', 'memory.max', maxOr(values.memoryLimit));
  if (values.pidsLimit !== undefined) add('pids', 'pids.max', maxOr(values.pidsLimit));
  return settings;
}

/** Shares of v1 (2 to 262144) as a weight of v2 (1 to 10000). */
export function weightOf(shares: number): number {
  return 1 + Math.floor(((sharesOf(shares) - leastShares) * 9999) / (mostShares - leastShares));
}

/** Whether a file says already what it should, in the kernel's own words for it. */
export function says(setting: Setting, found: string): boolean {
  const text = found.trim();
  if (text === setting.text) return true;
  if (!setting.file.startsWith('memory.')) return false;
  const [is, should] = [bytesOf(text), bytesOf(setting.text)];
  return is !== undefined && is === should;
}

/** An amount of memory in whole pages; -1 for no limit; undefined for what is no number. */
function bytesOf(text: string): bigint | undefined {
  if (text === 'max') return -1n;
  if (!/^-?\d+$/.test(text)) return undefined;
  const bytes = BigInt(text);
  return bytes < 0n || bytes >= unlimitedBytes ? -1n : (bytes / pageBytes) * pageBytes;
}

function sharesOf(shares: number): number {
  return Math.min(mostShares, Math.max(leastShares, Math.floor(shares)));
}

function maxOr(value: number): string {
  return value < 0 ? 'max' : String(value);
}
