import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findProcesses, isAlive, readProcess, signalProcess } from './processes.ts';
import { runProgram } from './program.ts';

const never: AbortSignal = new AbortController().signal;

function shell(script: string, input?: string): ReturnType<typeof runProgram> {
  return runProgram({ file: '/bin/sh', args: ['-c', script], ...(input === undefined ? {} : { input }) }, never);
}

suite('runProgram()', () => {
  test('gives the exit code and both outputs', async () => {
    assert.deepEqual(await shell('echo out; echo err >&2; exit 3'), { code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('gives no exit code for a program that a signal ended', async () => {
    assert.equal((await shell('kill -9 $$')).code, undefined);
  });

  test('hands over the input, and does not mind when nobody reads it', async () => {
    assert.equal((await shell('cat', 'hello')).stdout, 'hello');
    assert.equal((await shell('exec <&-; exit 0', 'x'.repeat(1024 * 1024))).code, 0);
  });

  test('keeps 1 MiB of what is written and drops the rest', async () => {
    assert.equal((await shell('head -c 3000000 /dev/zero')).stdout.length, 1024 * 1024);
  });

  test('rejects when the program is not there, and with the reason of an abort', async () => {
    await assert.rejects(runProgram({ file: '/nowhere', args: [] }, never), /ENOENT/);
    const controller = new AbortController();
    const running = runProgram({ file: '/bin/sleep', args: ['1000'] }, controller.signal);
    controller.abort(new Error('no longer wanted'));
    await assert.rejects(running, /no longer wanted/);
  });
});

suite('processes', () => {
  test('a process is found by its command line and told from a later one with its number', () => {
    const own = readProcess(process.pid);
    assert.ok(own !== undefined && isAlive(own));
    assert.ok(findProcesses((command) => command[0] === own.command[0]).some(({ pid }) => pid === process.pid));
    const later = { ...own, startedAt: '1' };
    assert.ok(!isAlive(later));
    assert.ok(!signalProcess(later, 'SIGKILL'));
    assert.equal(readProcess(2 ** 22 + 1), undefined);
  });
});
