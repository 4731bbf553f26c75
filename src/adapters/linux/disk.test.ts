import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, readlink, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { diskSuite } from '../../testing/suites/disk.suite.ts';
import { LinuxPodDisk } from './disk.ts';
import { mountsWithin, parseMountTable } from './mount-table.ts';
import { removeTree } from './remove-tree.ts';

const never = new AbortController().signal;

async function absentAs<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  return await reading.catch(() => undefined);
}

diskSuite('LinuxPodDisk', async () => {
  const root = await mkdtemp(join(tmpdir(), 'nodelet-disk-'));
  return {
    disk: new LinuxPodDisk(),
    root,
    text: (path) => absentAs(readFile(path, 'utf8')),
    target: (path) => absentAs(readlink(path)),
    end: () => rm(root, { recursive: true }),
  };
});

suite('LinuxPodDisk', () => {
  test('prepare() gives folders and files exactly their modes, whatever the umask, and leaves right files alone', async () => {
    const root = await mkdtemp(join(tmpdir(), 'nodelet-disk-'));
    const umask = process.umask(0o077);
    try {
      const disk = new LinuxPodDisk();
      const plan = [
        [{ path: join(root, 'a/b'), mode: 0o777 }],
        [{ path: join(root, 'a/b/f'), mode: 0o666, text: 'x' }],
      ] as const;
      await disk.prepare(...plan, never);
      const before = await stat(join(root, 'a/b/f'));
      assert.equal((await stat(join(root, 'a/b'))).mode & 0o777, 0o777);
      assert.equal(before.mode & 0o777, 0o666);
      await disk.prepare(...plan, never);
      assert.equal((await stat(join(root, 'a/b/f'))).ino, before.ino);
    } finally {
      process.umask(umask);
      await rm(root, { recursive: true });
    }
  });

  test('says what it could not do, and how things stand', async () => {
    const making = new LinuxPodDisk().prepare([{ path: '/proc/self/x', mode: 0o750 }], [], never);
    await assert.rejects(making, /cannot make the folder \/proc\/self\/x: it does not exist/);
  });
});

suite('removeTree()', () => {
  test('removes links and never follows them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'nodelet-tree-'));
    const disk = new LinuxPodDisk();
    await disk.prepare(
      [{ path: join(root, 'victim'), mode: 0o755 }],
      [{ path: join(root, 'victim/f'), mode: 0o644, text: 'x' }],
      never,
    );
    await disk.prepare([{ path: join(root, 'pod/d'), mode: 0o755 }], [], never);
    await symlink(join(root, 'victim'), join(root, 'pod/d/l'));
    await symlink('/', join(root, 'pod/root'));
    await removeTree(join(root, 'pod'), never);
    await symlink(join(root, 'victim'), join(root, 'pod'));
    await removeTree(join(root, 'pod'), never);
    assert.equal(await readFile(join(root, 'victim/f'), 'utf8'), 'x');
    await assert.rejects(readlink(join(root, 'pod')));
    await rm(root, { recursive: true });
  });

  test('removes folders that are nested deeper than a path can say or files can be open', async () => {
    const root = await mkdtemp(join(tmpdir(), 'nodelet-tree-'));
    const here = process.cwd();
    process.chdir(root);
    try {
      for (let depth = 0; depth < 3000; depth += 1) {
        mkdirSync('nested-folder');
        process.chdir('nested-folder');
      }
      writeFileSync('file', 'x');
    } finally {
      process.chdir(here);
    }
    await removeTree(root, never);
    await assert.rejects(stat(root));
  });
});

suite('the mount table', () => {
  const rows = parseMountTable(
    [
      '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
      '40 27 0:44 / /pods/u/volumes/a\\040b rw shared:5 master:2 - tmpfs tmpfs rw,size=4k',
      '41 40 254:0 /x /pods/u/volumes/a\\040b/in rw - ext4 /dev/vda rw',
      '42 27 0:45 / /pods/user rw - tmpfs tmpfs rw',
      'garbage',
      '',
    ].join('\n'),
  );

  test('is read with its optional words and octal letters', () => {
    assert.equal(rows.length, 4);
    assert.deepEqual(
      { path: rows[1]?.path, type: rows[1]?.type, options: rows[1]?.superOptions, id: rows[1]?.id },
      { path: '/pods/u/volumes/a b', type: 'tmpfs', options: ['rw', 'size=4k'], id: 40 },
    );
  });

  test('mountsWithin() gives the deepest first, and no neighbours', () => {
    assert.deepEqual(
      mountsWithin(rows, '/pods/u').map((row) => row.id),
      [41, 40],
    );
  });
});
