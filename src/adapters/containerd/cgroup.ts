import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const mountPoint = '/sys/fs/cgroup';

/**
 * Moves a process into a cgroup, in every hierarchy that lets it in.
 *
 * A service manager ends all processes of a service's cgroup with the service; containerd and its shims must outlive
 * nodelet, so they get one of their own. Best effort: where a hierarchy refuses (a v1 cpuset without CPUs), the process
 * stays where it is and works all the same.
 */
export function placeInCgroup(pid: number, cgroup: string): void {
  for (const hierarchy of hierarchies()) {
    try {
      mkdirSync(join(hierarchy, cgroup), { recursive: true });
      writeFileSync(join(hierarchy, cgroup, 'cgroup.procs'), String(pid));
    } catch {
      // See above.
    }
  }
}

/** The folders that cgroups stand in: one on v2; one each controller, and v2 beside them, on v1 and hybrid. */
export function hierarchies(): readonly string[] {
  if (existsSync(join(mountPoint, 'cgroup.controllers'))) return [mountPoint];
  return readdirSync(mountPoint)
    .map((name) => join(mountPoint, name))
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

/** Removes a cgroup that has no processes left, and its parent when that is empty too. Gives back what stayed and why. */
export function removeCgroup(cgroup: string): readonly string[] {
  const left: string[] = [];
  for (const hierarchy of hierarchies()) {
    const folder = join(hierarchy, cgroup);
    if (!existsSync(folder)) continue;
    try {
      rmdirSync(folder);
      if (dirname(cgroup) !== '/') removeQuietly(dirname(folder));
    } catch (error) {
      left.push(`cgroup ${folder}: ${String(error)}`);
    }
  }
  return left;
}

function removeQuietly(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Pods' cgroups are still in it.
  }
}
