import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { findCgroups } from './cgroup-tree.ts';
import { says, settingsV1, settingsV2, weightOf } from './cgroup-values.ts';
import { LinuxCgroups } from './cgroups.ts';

const never = new AbortController().signal;

/** A folder that looks like a cgroup2 mount with nothing in it but one cgroup, and the mount table that names it. */
async function fakeV2(controllers: string): Promise<{ root: string; mountInfo: string }> {
  const root = await mkdtemp(join(tmpdir(), 'nodelet-cgroup2-'));
  for (const folder of ['', 'kubepods', 'kubepods/pod1']) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'cgroup.subtree_control'), '');
    writeFileSync(join(root, folder, 'cgroup.controllers'), controllers);
  }
  for (const [file, text] of Object.entries({
    'cpu.weight': '100',
    'cpu.max': 'max 100000',
    'memory.max': 'max',
    'pids.max': 'max',
  })) {
    writeFileSync(join(root, 'kubepods/pod1', file), `${text}\n`);
  }
  const mountInfo = join(root, 'mountinfo');
  writeFileSync(mountInfo, `31 23 0:28 / ${root} rw - cgroup2 cgroup2 rw\n`);
  return { root, mountInfo };
}

suite('LinuxCgroups on cgroup v2', () => {
  test('hands controllers down and writes the values in its words', async () => {
    const { root, mountInfo } = await fakeV2('cpuset cpu io memory pids rdma');
    const cgroups = new LinuxCgroups({ mountInfo }, { clock: new VirtualClock() });
    const values = { cpuShares: 1024, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 1 << 20, pidsLimit: 10 };
    await cgroups.ensure({ path: '/kubepods/pod1', values }, never);
    const text = (file: string): Promise<string> => readFile(join(root, file), 'utf8');
    assert.equal(await text('cgroup.subtree_control'), '+cpuset +cpu +io +memory +pids');
    assert.equal(await text('kubepods/cgroup.subtree_control'), '+cpuset +cpu +io +memory +pids');
    assert.equal(await text('kubepods/pod1/cgroup.subtree_control'), '');
    assert.equal(await text('kubepods/pod1/cpu.weight'), '39');
    assert.equal(await text('kubepods/pod1/cpu.max'), '50000 100000');
    assert.equal(await text('kubepods/pod1/memory.max'), '1048576');
    assert.equal(await text('kubepods/pod1/pids.max'), '10');
    assert.deepEqual(await cgroups.children('/kubepods', never), ['pod1']);
    await rm(root, { recursive: true });
  });

  test('says which controller is missing', async () => {
    const { root, mountInfo } = await fakeV2('memory pids');
    const cgroups = new LinuxCgroups({ mountInfo }, { clock: new VirtualClock() });
    const making = cgroups.ensure({ path: '/kubepods/pod1', values: { cpuShares: 2 } }, never);
    await assert.rejects(making, /cannot set cpu.weight: .* has no cpu controller/);
    await rm(root, { recursive: true });
  });

  test('writes nothing that is there already', async () => {
    const { root, mountInfo } = await fakeV2('cpu memory pids');
    const cgroups = new LinuxCgroups({ mountInfo }, { clock: new VirtualClock() });
    const plan = { path: '/kubepods/pod1', values: { cpuShares: 1024, memoryLimit: -1, pidsLimit: -1 } };
    await cgroups.ensure(plan, never);
    const inode = readFileSync(join(root, 'kubepods/pod1/cpu.weight'), 'utf8');
    const writes: (string | null)[] = [];
    const watcher = watch(join(root, 'kubepods/pod1'), (_event, name) => writes.push(name));
    await cgroups.ensure(plan, never);
    await new Promise((resolve) => setImmediate(resolve));
    watcher.close();
    assert.deepEqual([readFileSync(join(root, 'kubepods/pod1/cpu.weight'), 'utf8'), writes], [inode, []]);
    rmSync(root, { recursive: true });
  });
});

suite('findCgroups()', () => {
  const tree = async (lines: readonly string[]) => {
    const root = await mkdtemp(join(tmpdir(), 'nodelet-cgroups-'));
    writeFileSync(join(root, 'cgroup.controllers'), 'hugetlb\n');
    writeFileSync(join(root, 'mountinfo'), lines.map((line) => `${line.replaceAll('ROOT', root)}\n`).join(''));
    try {
      return await findCgroups(join(root, 'mountinfo'));
    } finally {
      await rm(root, { recursive: true });
    }
  };
  const cpu = '32 31 0:29 / /c/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct';
  const again = '33 31 0:29 / /elsewhere rw - cgroup cgroup rw,cpu,cpuacct';
  const named = '40 31 0:37 / /c/systemd rw - cgroup cgroup rw,xattr,name=systemd';
  const unified = '41 31 0:38 / ROOT rw - cgroup2 cgroup2 rw';

  test('tells v1, v2 and hybrid apart', async () => {
    assert.equal((await tree([cpu, named])).version, 'v1');
    assert.equal((await tree([unified])).version, 'v2');
    assert.equal((await tree([named, unified])).version, 'v2');
    assert.equal((await tree([cpu, named, unified])).version, 'hybrid');
    await assert.rejects(tree(['1 1 0:1 / / rw - ext4 x rw']), /no cgroup filesystem is mounted/);
  });

  test('takes a hierarchy that is mounted twice once', async () => {
    const { hierarchies } = await tree([cpu, again, named]);
    assert.deepEqual(
      hierarchies.map(({ mount, controllers }) => [mount, ...controllers]),
      [
        ['/c/cpu,cpuacct', 'cpu', 'cpuacct'],
        ['/c/systemd', 'name=systemd'],
      ],
    );
  });
});

suite('cgroup values', () => {
  test('weightOf() turns shares into weights as Kubernetes does', () => {
    assert.deepEqual([1, 2, 102, 1024, 262_144, 999_999].map(weightOf), [1, 1, 4, 39, 10_000, 10_000]);
  });

  test('settingsV1() and settingsV2() write only what is asked for', () => {
    assert.deepEqual(settingsV1({}), []);
    assert.deepEqual(settingsV2({}), []);
    assert.deepEqual(settingsV2({ cpuQuota: -1 }), [{ controller: 'cpu', file: 'cpu.max', text: 'max 100000' }]);
    assert.deepEqual(
      settingsV1({ cpuPeriod: 1000, cpuQuota: -1, pidsLimit: -1 }).map((setting) => [setting.file, setting.text]),
      [
        ['cpu.cfs_period_us', '1000'],
        ['cpu.cfs_quota_us', '-1'],
        ['pids.max', 'max'],
      ],
    );
  });

  test('says() knows the kernel’s words for no limit and whole pages', () => {
    const memory = (text: string) => ({ controller: 'memory', file: 'memory.limit_in_bytes', text });
    assert.equal(says(memory('-1'), '9223372036854771712\n'), true);
    assert.equal(says(memory('5000'), '4096\n'), true);
    assert.equal(says(memory('8192'), '4096\n'), false);
    assert.equal(says(memory('-1'), '4096\n'), false);
    assert.equal(says({ controller: 'pids', file: 'pids.max', text: 'max' }, 'max\n'), true);
  });
});
