import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { VolumePlan } from '../../core/volume/plan.ts';
import { PortError } from '../../ports/port-error.ts';
import { volumesSuite } from '../../testing/suites/volumes.suite.ts';
import { runCommand } from './command.ts';
import { LinuxPodDisk } from './disk.ts';
import { mountsWithin, mountTable } from './mount-table.ts';
import { LinuxVolumes } from './volumes.ts';

const never = new AbortController().signal;
const skip = process.getuid?.() === 0 ? false : 'mounting needs root';

async function rootFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'nodelet-volumes-'));
}

async function shown(path: string, above = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(join(path, above))) {
    if (name.startsWith('..')) continue;
    const at = join(above, name);
    if (statSync(join(path, at)).isDirectory()) Object.assign(files, await shown(path, at));
    else files[at] = await readFile(join(path, at), 'utf8');
  }
  return files;
}

volumesSuite(
  'LinuxVolumes',
  async () => {
    const root = await rootFolder();
    return { volumes: new LinuxVolumes(), root, shown, end: () => new LinuxPodDisk().removeData(root, never) };
  },
  { skip },
);

/** A folder of the test's own that is cleaned as a pod's is. */
async function withRoot(run: (root: string, volumes: LinuxVolumes) => Promise<void>): Promise<void> {
  const root = await rootFolder();
  try {
    await run(root, new LinuxVolumes());
  } finally {
    await new LinuxPodDisk().removeData(root, never);
    assert.deepEqual(mountsWithin(await mountTable(), root), []);
  }
}

function filesPlan(
  path: string,
  files: Readonly<Record<string, string>>,
  more: { group?: number; mode?: number } = {},
): VolumePlan {
  const { group, mode = 0o640 } = more;
  const list = Object.entries(files).map(([file, content]) => ({ path: file, mode, content }));
  return {
    name: 'v',
    version: '',
    path,
    kind: 'files',
    tmpfs: false,
    files: list,
    ...(group === undefined ? {} : { group }),
  };
}

suite('LinuxVolumes', { skip }, () => {
  test('gives an empty folder its mode and group once, and then leaves it to the pod', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 'volumes/e');
      const plan: VolumePlan = { name: 'e', version: '1', path, kind: 'directory', mode: 0o777, group: 1234 };
      await volumes.mount(plan, never);
      assert.equal(statSync(path).mode & 0o7777, 0o2777);
      assert.equal(statSync(path).gid, 1234);
      writeFileSync(join(path, 'f'), 'x');
      await volumes.mount({ ...plan, mode: 0o700 }, never);
      assert.equal(statSync(path).mode & 0o7777, 0o2777);
      assert.deepEqual(readdirSync(join(root, 'volumes')), ['e']);
    }));

  test('mounts a tmpfs of the size and mode asked for, once', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 'm');
      const plan: VolumePlan = {
        name: 'm',
        version: '1',
        path,
        kind: 'tmpfs',
        mode: 0o777,
        group: 7,
        sizeBytes: 1024 * 1024,
      };
      await volumes.mount(plan, never);
      await volumes.mount(plan, never);
      const mounts = mountsWithin(await mountTable(), path);
      assert.equal(mounts.length, 1);
      assert.ok(mounts[0]?.superOptions.includes('size=1024k'));
      assert.equal(statSync(path).mode & 0o7777, 0o2777);
      assert.throws(() => writeFileSync(join(path, 'big'), Buffer.alloc(2 * 1024 * 1024)), /ENOSPC/);
    }));

  test('keeps secrets in memory only', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 's');
      await volumes.mount({ ...filesPlan(path, { k: 'v' }), tmpfs: true } as VolumePlan, never);
      assert.equal(mountsWithin(await mountTable(), path)[0]?.type, 'tmpfs');
      assert.equal(readFileSync(join(path, 'k'), 'utf8'), 'v');
    }));

  test('gives files their modes and their group, and swaps them only when something differs', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 'c');
      await volumes.mount(filesPlan(path, { a: '1', 'd/e/b': '2' }, { mode: 0o400, group: 99 }), never);
      const set = readlinkSync(join(path, '..data'));
      assert.equal(statSync(join(path, 'd/e/b')).mode & 0o777, 0o440);
      assert.equal(statSync(join(path, 'd/e/b')).gid, 99);
      assert.equal(statSync(join(path, 'd/e')).mode & 0o7777, 0o2755);
      await volumes.mount(filesPlan(path, { a: '1', 'd/e/b': '2' }, { mode: 0o400, group: 99 }), never);
      assert.equal(readlinkSync(join(path, '..data')), set);
      await volumes.mount(filesPlan(path, { a: '1', 'd/e/b': '2' }, { mode: 0o600, group: 99 }), never);
      assert.notEqual(readlinkSync(join(path, '..data')), set);
      assert.deepEqual(readdirSync(path).filter((name) => name.startsWith('..set_')).length, 1);
    }));

  test('a reader never sees half of two sets (F51)', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 'c');
      const plan = (round: number) => filesPlan(path, { a: `${round}`, b: `${round}` });
      await volumes.mount(plan(0), never);
      for (let round = 1; round <= 30; round += 1) {
        const mounting = volumes.mount(plan(round), never);
        let done = false;
        const watching = mounting.then(() => {
          done = true;
        });
        while (!done) {
          // As a careful container reads: one look at ..data, then its files.
          const set = readlinkSync(join(path, '..data'));
          try {
            assert.equal(readFileSync(join(path, set, 'a'), 'utf8'), readFileSync(join(path, set, 'b'), 'utf8'));
          } catch (error) {
            assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        await watching;
      }
    }));

  test('is not led astray by links that a container put there (A2)', () =>
    withRoot(async (root, volumes) => {
      const path = join(root, 'c');
      const victim = join(root, 'victim');
      mkdirSync(victim);
      writeFileSync(join(victim, 'a'), 'precious');
      await volumes.mount(filesPlan(path, { a: '1', 'd/b': '2' }), never);
      const set = readlinkSync(join(path, '..data'));
      const attacks: (() => void)[] = [
        () => renameSync(join(path, set), join(path, 'moved')),
        () => symlinkSync(victim, join(path, set)),
      ];
      for (const attack of attacks) attack();
      await volumes.mount(filesPlan(path, { a: '2' }), never);
      symlinkSync(victim, join(path, '..evil'));
      renameSync(join(path, '..evil'), join(path, '..data'));
      symlinkSync(victim, join(path, '..set_0123456789abcdef'));
      await volumes.mount(filesPlan(path, { a: '3' }), never);
      await volumes.mount(filesPlan(path, { a: '4' }), never);
      assert.equal(readFileSync(join(path, 'a'), 'utf8'), '4');
      assert.deepEqual(readdirSync(victim), ['a']);
      assert.equal(readFileSync(join(victim, 'a'), 'utf8'), 'precious');
      assert.throws(() => lstatSync(join(path, '..set_0123456789abcdef')), /ENOENT/);
    }));

  test('refuses files that lead out of the volume', () =>
    withRoot(async (root, volumes) => {
      const mounting = volumes.mount(filesPlan(join(root, 'c'), { '../x': '' }), never);
      await assert.rejects(mounting, (error) => error instanceof PortError && error.kind === 'refused');
    }));

  test('checks and makes paths of the host by their type', () =>
    withRoot(async (root, volumes) => {
      const mount = (file: string, type: string) =>
        volumes.mount(
          { name: 'h', version: '', path: file.startsWith('/') ? file : join(root, file), kind: 'hostPath', type },
          never,
        );
      const kind = (wanted: string) => (error: unknown) => error instanceof PortError && error.kind === wanted;
      await mount('a/b', 'DirectoryOrCreate');
      assert.equal(statSync(join(root, 'a/b')).mode & 0o777, 0o755);
      await mount('a/f', 'FileOrCreate');
      await mount('a/f', 'FileOrCreate');
      assert.equal(statSync(join(root, 'a/f')).mode & 0o777, 0o644);
      await mount('/dev/null', 'CharDevice');
      await mount('nowhere', '');
      await assert.rejects(mount('a/f', 'Directory'), kind('refused'));
      await assert.rejects(mount('a/f', 'DirectoryOrCreate'), kind('refused'));
      await assert.rejects(mount('a/b', 'FileOrCreate'), kind('refused'));
      await assert.rejects(mount('nowhere', 'File'), kind('absent'));
      await assert.rejects(mount('/dev/null', 'BlockDevice'), kind('refused'));
      await assert.rejects(mount('/proc/nothing', 'DirectoryOrCreate'), PortError);
    }));
});

suite('LinuxPodDisk with mounts', { skip }, () => {
  test('removeData() unmounts what is mounted beneath, one upon another too, and deletes nothing of it (I4, F48)', async () => {
    const root = await rootFolder();
    const [pod, victim] = [join(root, 'pod'), join(root, 'victim')];
    mkdirSync(join(pod, 'volumes/bind/inner'), { recursive: true });
    mkdirSync(join(pod, 'volumes/two words'));
    mkdirSync(join(victim, 'inner'), { recursive: true });
    writeFileSync(join(victim, 'precious'), 'x');
    writeFileSync(join(pod, 'file'), 'x');
    await runCommand('mount', ['--bind', victim, join(pod, 'volumes/bind')], never);
    await runCommand('mount', ['-t', 'tmpfs', 'tmpfs', join(pod, 'volumes/bind/inner')], never);
    await runCommand('mount', ['-t', 'tmpfs', 'tmpfs', join(pod, 'volumes/bind/inner')], never);
    await runCommand('mount', ['--bind', join(victim, 'precious'), join(pod, 'file')], never);
    await runCommand('mount', ['-t', 'tmpfs', 'tmpfs', join(pod, 'volumes/two words')], never);
    await new LinuxPodDisk().removeData(pod, never);
    assert.deepEqual(readdirSync(root), ['victim']);
    assert.deepEqual(readdirSync(victim).sort(), ['inner', 'precious']);
    await new LinuxPodDisk().removeData(root, never);
  });

  test('removeData() gives up where a mount is in use, and has deleted nothing', async () => {
    const root = await rootFolder();
    const [pod, victim] = [join(root, 'pod'), join(root, 'victim')];
    mkdirSync(join(pod, 'bind'), { recursive: true });
    mkdirSync(victim);
    writeFileSync(join(victim, 'precious'), 'x');
    writeFileSync(join(pod, 'own'), 'x');
    await runCommand('mount', ['--bind', victim, join(pod, 'bind')], never);
    const here = process.cwd();
    process.chdir(join(pod, 'bind'));
    try {
      await assert.rejects(
        new LinuxPodDisk().removeData(pod, never),
        (error) => error instanceof PortError && error.kind === 'conflict',
      );
      assert.deepEqual(readdirSync(pod).sort(), ['bind', 'own']);
    } finally {
      process.chdir(here);
    }
    await new LinuxPodDisk().removeData(root, never);
  });

  test('removing logs stops at a bind mount of the same device, and deletes nothing behind it', async () => {
    const root = await rootFolder();
    const [logs, victim] = [join(root, 'logs'), join(root, 'victim')];
    mkdirSync(join(logs, 'c'), { recursive: true });
    mkdirSync(victim);
    writeFileSync(join(victim, 'precious'), 'x');
    await runCommand('mount', ['--bind', victim, join(logs, 'c')], never);
    const removing = new LinuxPodDisk().removeLogs(logs, join(root, 'containers/w_'), never);
    await assert.rejects(removing, /something is mounted there/);
    assert.deepEqual(readdirSync(victim), ['precious']);
    await new LinuxPodDisk().removeData(root, never);
  });
});
