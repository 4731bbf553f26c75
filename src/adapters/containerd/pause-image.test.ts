import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { imageArchitecture } from './oci-archive.ts';
import { pauseImage, pauseProgram } from './pause-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodelet-pause-'));
const program = join(folder, 'pause');
writeFileSync(program, pauseProgram(imageArchitecture(process.arch)));
chmodSync(program, 0o755);
after(() => rmSync(folder, { recursive: true }));

/** Starts the program, waits until it sleeps (so it has blocked its signals), sends one; answers its exit code and the milliseconds. */
async function exitOn(signal: 'SIGTERM' | 'SIGINT'): Promise<{ code: number | null; took: number }> {
  const child = spawn(program, { stdio: 'ignore' });
  await once(child, 'spawn');
  while (!readFileSync(`/proc/${child.pid}/status`, 'utf8').includes('State:\tS')) await setImmediate();
  const asked = performance.now();
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return { code, took: performance.now() - asked };
}

suite('pauseProgram()', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`stays until ${signal}, then exits with 0 within 50 ms`, async () => {
      // The best of three: the claim is about the program, not about how busy the machine is.
      const runs = [await exitOn(signal), await exitOn(signal), await exitOn(signal)];
      assert.deepEqual(
        runs.map((run) => run.code),
        [0, 0, 0],
      );
      const best = Math.min(...runs.map((run) => run.took));
      assert.ok(best < 50, `took ${best} ms`);
    });
  }

  test('is a few hundred bytes for each processor family', () => {
    for (const architecture of ['amd64', 'arm64'] as const) {
      const { length } = pauseProgram(architecture);
      assert.ok(length < 300, `${architecture}: ${length} bytes`);
    }
  });

  test('the bytes of each instruction are what its assembly says, to the last jump', () => {
    assert.equal(pauseProgram('amd64').length, 120 + 79);
    assert.equal(pauseProgram('arm64').length, 120 + 31 * 4);
  });
});

suite('pauseImage()', () => {
  test('is an OCI archive with the layout, an index and three blobs', () => {
    const names = execFileSync('tar', ['-tf', '-'], { input: pauseImage('amd64'), encoding: 'utf8' })
      .trim()
      .split('\n');
    assert.deepEqual(names.slice(0, 4), ['oci-layout', 'index.json', 'blobs/', 'blobs/sha256/']);
    assert.equal(names.filter((name) => /^blobs\/sha256\/[0-9a-f]{64}$/.test(name)).length, 3);
  });
});
