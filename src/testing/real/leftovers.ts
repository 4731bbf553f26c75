import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProcesses, type ProcessSeen, signalProcess } from '../../lib/host/processes.ts';
import { runProgram } from '../../lib/host/program.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { after, milliseconds, seconds } from '../../lib/time.ts';

const never: AbortSignal = new AbortController().signal;
const clock = new SystemClock();

/**
 * Removes what containers leave when their runtime is ended under them: shims that name `root` in their command line
 * and everything in a cgroup below `cgroup`, mounts below `root`, the cgroups, the bridge and `root` itself.
 */
export async function removeLeftovers(root: string, cgroup: string, bridge: string): Promise<void> {
  const isOurs = (seen: ProcessSeen): boolean =>
    seen.command.some((word) => word.startsWith(`${root}/`)) || cgroupsOf(seen.pid).includes(`${cgroup}/`);
  // Those that a dying shim starts are found in the next round.
  const limit = after(clock.now(), seconds(10));
  for (;;) {
    const left = findProcesses(() => true).filter((seen) => seen.pid !== process.pid && isOurs(seen));
    if (left.length === 0 || clock.now() > limit) break;
    for (const seen of left) signalProcess(seen, 'SIGKILL');
    await clock.at(after(clock.now(), milliseconds(20)), never);
  }
  for (const target of mountsBelow(root)) await runProgram({ file: 'umount', args: ['--lazy', target] }, never);
  removeCgroup(cgroup);
  await runProgram({ file: 'ip', args: ['link', 'del', bridge] }, never).catch(() => undefined);
  rmSync(root, { recursive: true, force: true });
}

/** Removes a cgroup and those below it in every hierarchy, v1 and v2; throws when a process is left in one. */
export function removeCgroup(cgroup: string): void {
  const top = '/sys/fs/cgroup';
  for (const hierarchy of ['', ...readdirSync(top)]) removeFolders(join(top, hierarchy, cgroup));
}

function cgroupsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return '';
  }
}

// Innermost first.
function mountsBelow(root: string): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((target) => target.startsWith(`${root}/`))
    .reverse();
}

function removeFolders(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeFolders(join(folder, entry.name));
  }
  rmdirSync(folder);
}
