import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PortError } from '../../ports/port-error.ts';
import { type MountRow, parseMountTable } from './mount-table.ts';

/** One mounted cgroup hierarchy. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly mount: string;
  /** Its controllers, or "name=systemd" for one without. */
  readonly controllers: ReadonlySet<string>;
}

export interface CgroupTree {
  readonly version: 'v1' | 'v2' | 'hybrid';
  readonly hierarchies: readonly Hierarchy[];
}

const knownControllers: ReadonlySet<string> = new Set(
  'cpu cpuacct cpuset memory pids devices freezer blkio hugetlb net_cls net_prio perf_event rdma misc'.split(' '),
);

/** Finds the hierarchies in the mount table. Rejects `unavailable` when no cgroup filesystem is mounted. */
export async function findCgroups(mountInfo: string): Promise<CgroupTree> {
  const rows = parseMountTable(await readFile(mountInfo, 'utf8'));
  const v1 = distinct(rows.filter((row) => row.type === 'cgroup')).map(readV1);
  const v2 = await Promise.all(
    distinct(rows.filter((row) => row.type === 'cgroup2'))
      .slice(0, 1)
      .map(readV2),
  );
  const hierarchies = [...v1, ...v2];
  if (hierarchies.length === 0)
    throw new PortError('unavailable', 'cannot find cgroups: no cgroup filesystem is mounted');
  // Named hierarchies have no controllers: beside one, cgroup2 is still the whole truth.
  const controlled = v1.some((hierarchy) => [...hierarchy.controllers].some((name) => knownControllers.has(name)));
  return { version: controlled ? (v2.length > 0 ? 'hybrid' : 'v1') : 'v2', hierarchies };
}

/** A hierarchy may be mounted in several places; the first counts. */
function distinct(rows: readonly MountRow[]): readonly MountRow[] {
  const devices = new Set<string>();
  return rows.filter((row) => {
    const first = !devices.has(row.device);
    devices.add(row.device);
    return first;
  });
}

function readV1(row: MountRow): Hierarchy {
  const controllers = row.superOptions.filter((option) => knownControllers.has(option) || option.startsWith('name='));
  return { version: 1, mount: row.path, controllers: new Set(controllers) };
}

async function readV2(row: MountRow): Promise<Hierarchy> {
  const text = await readFile(join(row.path, 'cgroup.controllers'), 'utf8');
  return { version: 2, mount: row.path, controllers: new Set(text.split(/\s+/).filter((name) => name !== '')) };
}
