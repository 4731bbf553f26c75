import { existsSync, readFileSync } from 'node:fs';
import { type Check, fault, ok } from './finding.ts';

const mountPoint = '/sys/fs/cgroup';
const needed = {
  v1: ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'devices', 'freezer'],
  v2: ['cpu', 'memory', 'pids'],
};

/** The hierarchies that limits are written to: v2 alone, or v1 (with v2 beside it: hybrid). */
export const cgroups: Check = (config) => {
  const unified = `${mountPoint}/cgroup.controllers`;
  if (existsSync(unified)) {
    const has = readFileSync(unified, 'utf8').trim().split(/\s+/);
    const missing = needed.v2.filter((name) => !has.includes(name));
    if (missing.length === 0) return [ok('cgroups', `v2 (${has.join(' ')})`)];
    return [
      fault(
        'cgroups',
        `v2 without ${missing.join(', ')}`,
        'enable them: the kernel command line may say cgroup_disable=',
      ),
    ];
  }
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const types = mounts.map((line) => line.split(' ')).filter((fields) => fields[1]?.startsWith(mountPoint));
  const has = new Set(
    types.filter((fields) => fields[2] === 'cgroup').flatMap((fields) => fields[3]?.split(',') ?? []),
  );
  const kind = types.some((fields) => fields[2] === 'cgroup2') ? 'hybrid' : 'v1';
  const missing = needed.v1.filter((name) => !has.has(name));
  if (has.size === 0) {
    return [fault('cgroups', `nothing is mounted at ${mountPoint}`, `mount them: mount -t cgroup2 none ${mountPoint}`)];
  }
  if (missing.length > 0) {
    const remedy = missing.map((name) => `mount -t cgroup -o ${name} none ${mountPoint}/${name}`).join('; ');
    return [fault('cgroups', `${kind} without ${missing.join(', ')}`, remedy)];
  }
  if (config.node.failCgroupV1) {
    return [
      fault(
        'cgroups',
        kind,
        'failCgroupV1 refuses it: set it to false, or boot with systemd.unified_cgroup_hierarchy=1',
      ),
    ];
  }
  return [ok('cgroups', kind)];
};
