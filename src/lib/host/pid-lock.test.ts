import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { lockHolder, takeLock } from './pid-lock.ts';
import { readProcess } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodelet-lock-'));

suite('takeLock()', () => {
  after(() => rmSync(folder, { recursive: true }));

  test('is had by one, who is named to the next, until it is released', () => {
    const path = join(folder, 'a', 'lock');
    const lock = takeLock(path);
    assert.ok(lock.ok);
    const again = takeLock(path);
    assert.ok(!again.ok && again.holder.pid === process.pid);
    assert.equal(lockHolder(path)?.pid, process.pid);
    lock.release();
    assert.equal(lockHolder(path), undefined);
    assert.deepEqual(readdirSync(join(folder, 'a')), []);
  });

  test('takes over from a process that has died, and from a later one with its number', () => {
    const path = join(folder, 'dead');
    for (const holder of [
      { pid: 2 ** 22 + 1, startedAt: '1', command: [] },
      { pid: process.pid, startedAt: '1', command: [] },
    ]) {
      writeFileSync(path, JSON.stringify(holder));
      assert.equal(lockHolder(path), undefined);
      const lock = takeLock(path);
      assert.ok(lock.ok);
      assert.equal(JSON.parse(readFileSync(path, 'utf8')).startedAt, readProcess(process.pid)?.startedAt);
      lock.release();
    }
  });

  test('takes over a file that a crash left empty', () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    const lock = takeLock(path);
    assert.ok(lock.ok);
    lock.release();
  });

  test('of many that start at one moment exactly one has it', async () => {
    const path = join(folder, 'race');
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1', command: [] }));
    const script = `
      import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'pid-lock.ts'))};
      process.stdout.write(takeLock(process.argv[1]).ok ? 'had' : 'not');
      process.stdin.resume().once('end', () => undefined);`;
    const answers = await Promise.all(Array.from({ length: 6 }, () => answerOf(script, path)));
    assert.deepEqual(answers.map(({ said }) => said).sort(), ['had', 'not', 'not', 'not', 'not', 'not']);
    for (const { end } of answers) end();
  });
});

/** Runs the script, which lives until it is told to end, so that its lock stays a live one. */
function answerOf(script: string, path: string): Promise<{ readonly said: string; readonly end: () => void }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
    child.stdout.once('data', (said: Buffer) => resolve({ said: said.toString(), end: () => child.stdin.end() }));
  });
}
