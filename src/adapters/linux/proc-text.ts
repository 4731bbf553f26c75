import type { Bytes } from '../../lib/brand.ts';

/** The number of the capability that lets a process lower an oom_score_adj. */
export const capSysResource = 24;

// What the kernel counts a "tick" of CPU time as, on every architecture that Linux tells user space about.
const ticksPerSecond = 100;

/** One row of /proc/meminfo in bytes; 0 where it is not there. */
export function memoryBytes(memInfo: string, name: string): Bytes {
  for (const line of memInfo.split('\n')) {
    if (line.startsWith(`${name}:`)) return (Number.parseInt(line.slice(name.length + 1), 10) * 1024) as Bytes;
  }
  return 0 as Bytes;
}

/** The CPUs that are on, from /proc/stat. */
export function coreCount(stat: string): number {
  return stat.match(/^cpu\d+ /gm)?.length ?? 1;
}

/** CPU time used by all since boot: all of the first row of /proc/stat but idling and waiting; guests are counted in "user" already. */
export function cpuNanoseconds(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (stat.split('\n')[0] ?? '')
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return ((user + nice + system + irq + softirq + steal) * 1e9) / ticksPerSecond;
}

/** How many tasks there are, from /proc/loadavg ("0.1 0.2 0.3 2/345 6789"). */
export function processCount(loadAverage: string): number {
  return Number(/\/(\d+)/.exec(loadAverage)?.[1] ?? 0);
}

/** Whether the effective capabilities in /proc/self/status hold one. */
export function hasCapability(status: string, number: number): boolean {
  const bits = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${bits}`) >> BigInt(number)) & 1n) === 1n;
}

/** PRETTY_NAME of an os-release file. */
export function osName(osRelease: string): string {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1]?.trim() ?? '';
  return value.replace(/^(["'])(.*)\1$/, '$2') || 'Linux';
}

/** Bytes by interface, from /proc/net/dev, without the loopback. */
export function networkRows(
  dev: string,
): readonly { readonly name: string; readonly receivedBytes: number; readonly sentBytes: number }[] {
  const rows: { name: string; receivedBytes: number; sentBytes: number }[] = [];
  for (const line of dev.split('\n')) {
    const [name, counters] = line.split(':');
    if (name === undefined || counters === undefined || name.trim() === 'lo') continue;
    const figures = counters.trim().split(/\s+/).map(Number);
    rows.push({ name: name.trim(), receivedBytes: figures[0] ?? 0, sentBytes: figures[8] ?? 0 });
  }
  return rows;
}

/** The interface of the IPv4 default route with the lowest metric, from /proc/net/route. */
export function defaultInterface(route: string): string | undefined {
  const rows = route
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    // An address and a mask of nothing but zeros.
    .filter((words) => words[1] === '00000000' && words[7] === '00000000');
  rows.sort((left, right) => Number(left[6]) - Number(right[6]));
  return rows[0]?.[0];
}

/** The interface of the IPv6 default route, from /proc/net/ipv6_route. */
export function defaultInterface6(route: string): string | undefined {
  for (const line of route.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [address, bits] = words;
    const name = words[9];
    if (address === '0'.repeat(32) && bits === '00' && name !== undefined && name !== 'lo') return name;
  }
  return undefined;
}
