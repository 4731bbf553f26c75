import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HookCall } from '../../core/pod/action.ts';
import type { ContainerId } from '../../core/pod/seen.ts';
import { seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { ExecResult } from '../../ports/runtime.ts';
import { failing, fakeNode, portsOf } from '../../testing/fake-node.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { runHook } from './hooks.ts';

const never = new AbortController().signal;

async function run(call: HookCall, execSync: () => ExecResult | PortError): Promise<unknown> {
  const clock = new VirtualClock();
  const node = fakeNode(clock);
  const ports = portsOf(node);
  const containers = {
    ...ports.runtime.containers,
    execSync: async () => {
      const result = execSync();
      if (result instanceof PortError) throw result;
      return result;
    },
  };
  const running = runHook(call, 'c1' as ContainerId, { ...ports, runtime: { ...ports.runtime, containers } }, never);
  running.catch(() => undefined);
  await clock.advance(seconds(30));
  return running;
}

const exec: HookCall = { kind: 'exec', command: ['sh', '-c', 'x'] };

suite('runHook()', () => {
  test('succeeds when the command exits with 0', async () => {
    const ended = await run(exec, () => ({ exitCode: 0, stdout: 'noise', stderr: '' }));
    assert.deepEqual(ended, { kind: 'hook', ok: true, message: '' });
  });

  test('says what a command that failed wrote', async () => {
    const ended = await run(exec, () => ({ exitCode: 3, stdout: '', stderr: 'no such file\n' }));
    assert.deepEqual(ended, { kind: 'hook', ok: false, message: "command 'sh -c x' exited with 3: no such file" });
  });

  test('takes a refused command for a hook that failed', async () => {
    const ended = await run(exec, () => new PortError('refused', 'cannot exec sh: it is not in the image'));
    assert.deepEqual(ended, { kind: 'hook', ok: false, message: 'cannot exec sh: it is not in the image' });
  });

  test('rejects when the runtime is away: that says nothing of the hook', async () => {
    const away = new PortError('unavailable', 'cannot exec sh: the runtime is down');
    await assert.rejects(
      run(exec, () => away),
      away,
    );
  });

  test('sleeps as long as it was told', async () => {
    const clock = new VirtualClock();
    let ended = false;
    const sleeping = runHook({ kind: 'sleep', seconds: 5 }, 'c1' as ContainerId, portsOf(fakeNode(clock)), never);
    void sleeping.then(() => {
      ended = true;
    });
    await clock.advance(seconds(4));
    assert.equal(ended, false);
    await clock.advance(seconds(1));
    assert.equal(ended, true);
  });

  test('calls over HTTP, and fails with what was refused', async () => {
    const clock = new VirtualClock();
    const node = fakeNode(clock);
    const call: HookCall = { kind: 'http', scheme: 'HTTP', host: '10.0.0.1', port: 80, path: '/', headers: [] };
    const first = runHook(call, 'c1' as ContainerId, portsOf(node), never);
    await clock.advance(seconds(1));
    assert.deepEqual([await first, node.hooks.called], [{ kind: 'hook', ok: true, message: '' }, ['10.0.0.1:80/']]);
    failing(node.world, 'http', new PortError('refused', 'cannot call 10.0.0.1:80: nothing answers'));
    const second = runHook(call, 'c1' as ContainerId, portsOf(node), never);
    await clock.advance(seconds(1));
    assert.deepEqual(await second, { kind: 'hook', ok: false, message: 'cannot call 10.0.0.1:80: nothing answers' });
  });
});
