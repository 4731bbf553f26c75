import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { imageArchitecture } from './oci-archive.ts';
import { pauseProgram } from './pause-image.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodelet-pause-'));
const program = join(folder, 'pause');
writeFileSync(program, pauseProgram(imageArchitecture(process.arch)));
chmodSync(program, 0o755);
after(() => rmSync(folder, { recursive: true }));

/** The ids of the processes whose parent is `pid`, in /proc's own words. */
function childrenOf(pid: number): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not within 5 s: ${condition}`);
    await pause(5);
  }
}

/** Starts the program as PID 1 of a new process namespace and finds its pid as seen from here. */
async function startAsInit(): Promise<{ unshare: ChildProcess; pid: number }> {
  const unshare = spawn('unshare', ['--pid', '--fork', program], { stdio: 'ignore' });
  await once(unshare, 'spawn');
  await until(() => childrenOf(unshare.pid!) !== '');
  const pid = Number(childrenOf(unshare.pid!));
  await until(() => readFileSync(`/proc/${pid}/status`, 'utf8').includes('State:\tS'));
  return { unshare, pid };
}

suite('pauseProgram() as PID 1 of a process namespace', () => {
  test('reaps orphans, many at once, and exits on SIGTERM', async () => {
    const { unshare, pid } = await startAsInit();
    const orphans = 'for i in 1 2 3 4 5 6 7 8; do (true & true & true &); done';
    execFileSync('nsenter', ['--target', String(pid), '--pid', 'sh', '-c', orphans]);
    await until(() => childrenOf(pid) === '');
    process.kill(pid, 'SIGTERM');
    const [code] = await once(unshare, 'exit');
    assert.equal(code, 0);
  });
});
