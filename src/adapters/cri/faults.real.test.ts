import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import { busybox, containerdIsMissing, RealContainerd } from '../../testing/real/containerd.ts';
import { never, programs, type RuntimeUnderTest, SuitePod, until } from '../../testing/suites/runtime-pod.ts';
import { CriChannel } from './channel.ts';
import { CriContainers } from './containers.ts';
import { CriSandboxes } from './sandboxes.ts';
import { CriStreams } from './streams.ts';
import { CriWatch } from './watch.ts';

// What the adapter makes of a containerd that dies or hangs, which no fake can tell.

suite('a faulty containerd', { skip: containerdIsMissing() }, () => {
  let containerd: RealContainerd;
  let runtime: RuntimeUnderTest;
  before(async () => {
    containerd = await RealContainerd.start('faults');
    const channel = new CriChannel({ socket: containerd.socket, requestTimeout: seconds(2) });
    runtime = {
      sandboxes: new CriSandboxes(channel),
      containers: new CriContainers(channel),
      watch: new CriWatch(channel),
      streams: new CriStreams(channel),
      image: busybox,
      cgroup: containerd.cgroup,
      logs: mkdtempSync(join(containerd.root, 'logs-')),
      hasEvents: !containerd.version.startsWith('1.6.'),
      end: async () => channel[Symbol.dispose](),
    };
    await isReady();
  });
  after(async () => {
    await runtime?.end();
    await containerd?.[Symbol.asyncDispose]();
  });

  const isReady = (): Promise<unknown> =>
    until(
      () => runtime.watch.status(never).catch(() => undefined),
      (status) => status?.ready === true && status.networkReady,
    );

  const kindOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'no failure',
      (error: unknown) => (error instanceof PortError ? error.kind : String(error)),
    );

  test('after a kill -9 the same pods are there, and calls find the new one by themselves', async () => {
    await using pod = new SuitePod(runtime);
    await pod.start(programs.endsWhenAsked);
    const seen = await pod.observe();
    await containerd.kill('SIGKILL');
    assert.equal(await kindOf(pod.observe()), 'unavailable');
    assert.equal(await kindOf(pod.run(1)), 'unavailable');
    await containerd.resume();
    await isReady();
    assert.deepEqual(await pod.observe(), seen);
  });

  test('a kill -9 during a call leaves its outcome unknown, and ends the events', async () => {
    await using pod = new SuitePod(runtime);
    const { id } = await pod.start(programs.ignoresStop);
    const events = kindOf(Array.fromAsync(runtime.watch.events(never)));
    const stopping = kindOf(runtime.containers.stop(id, 600, never));
    await pod.observe();
    await containerd.kill('SIGKILL');
    const kinds = [await stopping, await events];
    await containerd.resume();
    await isReady();
    assert.deepEqual(kinds, ['unknown-outcome', runtime.hasEvents ? 'unavailable' : 'refused']);
    assert.equal((await pod.observe()).containers[0]?.state, 'running');
    await runtime.containers.stop(id, 0, never);
  });

  test('a containerd that hangs makes reads unavailable and leaves the outcome of changes unknown, in time', async () => {
    await using pod = new SuitePod(runtime);
    const { id } = await pod.start(programs.endsWhenAsked);
    containerd.signal('SIGSTOP');
    const kinds = await Promise.all([kindOf(pod.observe()), kindOf(runtime.containers.remove(id, never))]);
    containerd.signal('SIGCONT');
    assert.deepEqual(kinds, ['unavailable', 'unknown-outcome']);
    await isReady();
    // It may have been removed meanwhile or not: both are what the kind says.
    await runtime.containers.remove(id, never);
    assert.deepEqual((await pod.observe()).containers, []);
  });
});
