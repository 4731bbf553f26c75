import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const mountPoint = '/sys/fs/cgroup';
const pollEvery = 25;
const longestEnd = 5000;

/**
 * Ends what still runs beneath `<root>/kubepods` and removes that tree in every hierarchy; with UIDs only those pods' parts.
 *
 * Containers that lost their shim stand there: no runtime knows of them any more, and only their cgroup finds them.
 */
export async function removeCgroups(
  root: string,
  uids: ReadonlySet<string> | undefined,
): Promise<{ readonly count: number; readonly left: readonly string[] }> {
  const trees = hierarchies()
    .map((hierarchy) => join(hierarchy, root, 'kubepods'))
    .filter((tree) => existsSync(tree));
  let count = 0;
  const left: string[] = [];
  const ours = (folder: string): boolean => {
    return uids === undefined || folder.split('/').some((name) => name.startsWith('pod') && uids.has(name.slice(3)));
  };
  for (const folder of trees.flatMap(bottomUp).filter(ours)) {
    const error = await removeCgroup(folder);
    if (error === undefined) count += 1;
    else left.push(`cgroup ${folder}: ${error}`);
  }
  return { count, left };
}

async function removeCgroup(folder: string): Promise<string | undefined> {
  for (let waited = 0; ; waited += pollEvery) {
    for (const pid of processesIn(folder)) kill(pid);
    try {
      rmdirSync(folder);
      return undefined;
    } catch (error) {
      if (!existsSync(folder)) return undefined;
      if (waited >= longestEnd) return String(error);
    }
    await delay(pollEvery);
  }
}

function bottomUp(folder: string): readonly string[] {
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [...inner.flatMap((entry) => bottomUp(join(folder, entry.name))), folder];
}

function processesIn(folder: string): readonly number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').trim().split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function hierarchies(): readonly string[] {
  if (existsSync(join(mountPoint, 'cgroup.controllers'))) return [mountPoint];
  return readdirSync(mountPoint)
    .map((name) => join(mountPoint, name))
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}
