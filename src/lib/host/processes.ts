import { readdirSync, readFileSync } from 'node:fs';

/** A process of this machine. `startedAt` (clock ticks since boot) tells it from a later one with the same number. */
export interface ProcessSeen {
  readonly pid: number;
  readonly startedAt: string;
  readonly command: readonly string[];
}

/** All processes whose command line `accept` likes. Those that end meanwhile are left out. */
export function findProcesses(accept: (command: readonly string[]) => boolean): readonly ProcessSeen[] {
  const found: ProcessSeen[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const seen = readProcess(Number(entry));
    if (seen !== undefined && accept(seen.command)) found.push(seen);
  }
  return found;
}

/** The process with this number, or nothing when there is none (a zombie counts as none). */
export function readProcess(pid: number): ProcessSeen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold blanks and brackets itself: the fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startedAt = fields[19];
    if (fields[0] === 'Z' || startedAt === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { pid, startedAt, command };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. */
export function isAlive(process: ProcessSeen): boolean {
  return readProcess(process.pid)?.startedAt === process.startedAt;
}

/** Sends a signal to this very process; false when it is gone. */
export function signalProcess(seen: ProcessSeen, signal: NodeJS.Signals): boolean {
  if (!isAlive(seen)) return false;
  try {
    process.kill(seen.pid, signal);
    return true;
  } catch {
    return false;
  }
}
