import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { runCommand } from './command.ts';
import { FileStore } from './store.ts';

const never = new AbortController().signal;
const isRoot = process.getuid?.() === 0;
const module = new URL('./store.ts', import.meta.url).href;

/** A process that writes n=1, n=2, … and two rows that must always agree, and says each number once it is durable. */
const writer = `
  import { FileStore } from ${JSON.stringify(module)};
  const [, path, first, count] = process.argv;
  const never = new AbortController().signal;
  const store = new FileStore(path);
  await store.load(never);
  for (let n = Number(first); n < Number(first) + Number(count); n += 1) {
    try {
      await store.write(new Map([['left', String(n)], ['right', String(n)], ['pad' + (n % 7), 'x'.repeat(5000)]]), never);
      process.stdout.write('done ' + n + '\\n');
    } catch (error) {
      process.stdout.write('failed ' + n + ' ' + error.kind + '\\n');
    }
  }
  await store.close();
`;

function args(path: string, first: number, count: number): string[] {
  return ['--input-type=module-typescript', '-e', writer, '--', path, String(first), String(count)];
}

suite('FileStore and death', () => {
  test('kill -9 in the middle of writing loses nothing that was said to be done, and never half a batch (F45)', async () => {
    const root = mkdtempSync(join(tmpdir(), 'nodelet-store-'));
    const path = join(root, 'ledger');
    let last = 0;
    for (let round = 0; round < 12; round += 1) {
      const child = spawn(process.execPath, [...args(path, last + 1, 1_000_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = last;
      const stopAt = last + 3 + round * 17;
      for await (const line of createInterface({ input: child.stdout })) {
        said = Number(line.split(' ')[1]);
        if (said >= stopAt) child.kill('SIGKILL');
      }
      const { rows, broken } = await new FileStore(path).load(never);
      const found = Number(rows.get('left'));
      assert.deepEqual(broken, []);
      assert.equal(rows.get('left'), rows.get('right'));
      assert.ok(found >= said, `${found} was found, ${said} was said to be done`);
      last = found;
    }
    assert.ok(last > 100);
    rmSync(root, { recursive: true });
  });

  const noStrace = spawnSync('strace', ['-V']).error === undefined ? false : 'strace is not installed';

  for (const [call, error] of [
    ['fdatasync', 'ENOSPC'],
    ['fdatasync', 'EIO'],
    ['fsync', 'EIO'],
    ['rename', 'ENOSPC'],
  ] as const) {
    test(`a ${call} that fails once (${error}) is told, and everything after it is durable (F40)`, {
      skip: noStrace,
    }, async () => {
      const root = mkdtempSync(join(tmpdir(), 'nodelet-store-'));
      const path = join(root, 'ledger');
      // strace counts by thread: there is one that does all of it.
      const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
      // The third flush, and of those that only a new file takes the first.
      const when = call === 'fdatasync' ? 3 : 1;
      const inject = [
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        `inject=${call}:error=${error}:when=${when}`,
        '-e',
        `trace=${call}`,
      ];
      const run = spawnSync('strace', [...inject, process.execPath, ...args(path, 1, 10)], { encoding: 'utf8', env });
      const failed = run.stdout.split('\n').filter((line) => line.startsWith('failed'));
      assert.equal(failed.length, 1, run.stdout + run.stderr);
      assert.match(failed[0] ?? '', /unknown-outcome/);
      assert.match(run.stdout, /done 10\n/);
      const { rows, broken } = await new FileStore(path).load(never);
      assert.deepEqual([rows.get('left'), rows.get('right'), broken], ['10', '10', []]);
      rmSync(root, { recursive: true });
    });
  }

  test('a full disk is told, and writing goes on when there is room again (F41)', {
    skip: isRoot ? false : 'mounting needs root',
  }, async () => {
    const root = mkdtempSync(join(tmpdir(), 'nodelet-store-'));
    await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', root], never);
    try {
      const store = new FileStore(join(root, 'ledger'));
      await store.load(never);
      await store.write(new Map([['kept', '1']]), never);
      await assert.rejects(store.write(new Map([['big', 'x'.repeat(400_000)]]), never), /no space is left/);
      await store.write(new Map([['kept', '2']]), never);
      await store.close();
      const { rows, broken } = await new FileStore(join(root, 'ledger')).load(never);
      assert.deepEqual([Object.fromEntries(rows), broken], [{ kept: '2' }, []]);
    } finally {
      await runCommand('umount', [root], never);
      rmSync(root, { recursive: true });
    }
  });
});
