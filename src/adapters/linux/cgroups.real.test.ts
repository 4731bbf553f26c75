import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { CgroupValues } from '../../core/resources/cgroup.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { cgroupsSuite } from '../../testing/suites/cgroups.suite.ts';
import { type CgroupTree, findCgroups } from './cgroup-tree.ts';
import { LinuxCgroups } from './cgroups.ts';

const never = new AbortController().signal;
const root = `/nodelet-test-${process.pid}`;
const tree: CgroupTree | undefined = await findCgroups('/proc/self/mountinfo').catch(() => undefined);
const skip = whyNot();

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'cgroups need root';
  const found = new Set(tree?.hierarchies.flatMap(({ controllers }) => [...controllers]));
  const missing = ['cpu', 'memory', 'pids'].filter((name) => !found.has(name));
  return missing.length > 0 ? `the machine gives no ${missing.join(', ')} controller` : false;
}

function folders(path: string): string[] {
  return tree?.hierarchies.map(({ mount }) => join(mount, path)) ?? [];
}

function mountOf(controller: string): string {
  return tree?.hierarchies.find(({ controllers }) => controllers.has(controller))?.mount ?? '';
}

async function values(path: string): Promise<CgroupValues | undefined> {
  const read = (controller: string, file: string): string =>
    readFileSync(join(mountOf(controller), path, file), 'utf8').trim();
  if (!existsSync(join(mountOf('cpu'), path))) return undefined;
  const pids = read('pids', 'pids.max');
  const pidsLimit = pids === 'max' ? -1 : Number(pids);
  if (tree?.version === 'v2') {
    const [quota = '', period = ''] = read('cpu', 'cpu.max').split(' ');
    const memory = read('memory', 'memory.max');
    const weight = Number(read('cpu', 'cpu.weight'));
    return {
      // Weights are coarser than shares: those of the suite, and else whatever.
      cpuShares: weight === 20 ? 512 : weight === 1 ? 2 : weight,
      cpuPeriod: Number(period),
      cpuQuota: quota === 'max' ? -1 : Number(quota),
      memoryLimit: memory === 'max' ? -1 : Number(memory),
      pidsLimit,
    };
  }
  const memory = Number(read('memory', 'memory.limit_in_bytes'));
  return {
    cpuShares: Number(read('cpu', 'cpu.shares')),
    cpuPeriod: Number(read('cpu', 'cpu.cfs_period_us')),
    cpuQuota: Number(read('cpu', 'cpu.cfs_quota_us')),
    memoryLimit: memory > 2 ** 60 ? -1 : memory,
    pidsLimit,
  };
}

cgroupsSuite(
  'LinuxCgroups',
  async () => {
    const cgroups = new LinuxCgroups({}, { clock: new SystemClock() });
    return { cgroups, root, values, end: () => cgroups.remove(root, never) };
  },
  { skip },
);

suite('LinuxCgroups', { skip }, () => {
  test('remove() kills what is left, in child cgroups too, and leaves nothing in any hierarchy', async () => {
    const cgroups = new LinuxCgroups({}, { clock: new SystemClock() });
    const path = `${root}-kill/pod1/container`;
    await cgroups.ensure({ path, values: { cpuShares: 2 } }, never);
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    const ended = new Promise<unknown>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    for (const folder of folders(path)) writeFileSync(join(folder, 'cgroup.procs'), String(child.pid));
    await cgroups.remove(`${root}-kill`, never);
    assert.equal(await ended, 'SIGKILL');
    for (const folder of folders(`${root}-kill`)) assert.ok(!existsSync(folder), folder);
  });

  test('a process can join every hierarchy of a cgroup that was made: cpusets are inherited', async () => {
    const cgroups = new LinuxCgroups({}, { clock: new SystemClock() });
    const path = `${root}-join/pod1`;
    await cgroups.ensure({ path, values: {} }, never);
    const cpuset = mountOf('cpuset');
    if (cpuset !== '' && readdirSync(join(cpuset, path)).includes('cpuset.cpus')) {
      assert.equal(
        readFileSync(join(cpuset, path, 'cpuset.mems'), 'utf8'),
        readFileSync(join(cpuset, 'cpuset.mems'), 'utf8'),
      );
    }
    await cgroups.remove(`${root}-join`, never);
  });

  test('the root cgroup is never ours to remove', async () => {
    const cgroups = new LinuxCgroups({}, { clock: new SystemClock() });
    await assert.rejects(cgroups.remove('/', never), /root cgroup/);
    await assert.rejects(cgroups.remove('/x/..', never), /root cgroup/);
  });
});
