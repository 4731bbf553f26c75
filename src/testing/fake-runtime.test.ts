import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ContainerConfig, SandboxConfig } from '../core/pod/runtime-config.ts';
import { milliseconds, seconds } from '../lib/time.ts';
import { PortError } from '../ports/port-error.ts';
import { type FakeNode, fakeNode } from './fake-node.ts';
import { VirtualClock } from './virtual-clock.ts';

const never = new AbortController().signal;

function sandboxConfig(attempt = 0): SandboxConfig {
  return {
    name: 'web',
    namespace: 'default',
    uid: 'u1',
    attempt,
    logDirectory: '/var/log/pods/default_web_u1',
    portMappings: [],
    labels: { 'io.kubernetes.pod.uid': 'u1' },
    annotations: {},
    cgroupParent: '',
    sysctls: {},
    namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
    supplementalGroups: [],
    privileged: false,
    seccomp: { type: 'Unconfined' },
    runtimeHandler: '',
  };
}

function containerConfig(attempt = 0): ContainerConfig {
  return {
    name: 'c',
    attempt,
    image: 'sha256:busybox',
    userSpecifiedImage: 'busybox',
    command: [],
    args: [],
    workingDir: '',
    env: [],
    mounts: [],
    labels: {},
    annotations: {},
    logPath: 'c/0.log',
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    security: {
      privileged: false,
      namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
      supplementalGroups: [],
      readonlyRootfs: false,
      noNewPrivs: false,
      capabilities: { add: [], drop: [] },
      maskedPaths: [],
      readonlyPaths: [],
      seccomp: { type: 'Unconfined' },
    },
  };
}

function machine(options: Parameters<typeof fakeNode>[1] = {}): { clock: VirtualClock; node: FakeNode } {
  const clock = new VirtualClock();
  const node = fakeNode(clock, options);
  node.images.load('busybox');
  return { clock, node };
}

/** Runs to the end of a call while time passes. */
async function ended<Value>(clock: VirtualClock, call: Promise<Value>): Promise<Value> {
  const over = call.then(
    () => undefined,
    () => undefined,
  );
  let done = false;
  void over.then(() => {
    done = true;
  });
  await clock.settle();
  while (!done && (await clock.step())) {
    // Each step moves to the next waiter.
  }
  return call;
}

suite('FakeRuntime', () => {
  test('refuses a sandbox name that it has', async () => {
    const { clock, node } = machine();
    await ended(clock, node.runtime.sandboxes.run(sandboxConfig(), never));
    await assert.rejects(
      ended(clock, node.runtime.sandboxes.run(sandboxConfig(), never)),
      (error) => error instanceof PortError && error.kind === 'conflict',
    );
  });

  test('refuses a name while it is still working on it', async () => {
    const { clock, node } = machine();
    const both = Promise.allSettled([
      node.runtime.sandboxes.run(sandboxConfig(), never),
      node.runtime.sandboxes.run(sandboxConfig(), never),
    ]);
    const results = await ended(clock, both);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected'],
    );
  });

  test('finishes the making of a sandbox when the caller has left', async () => {
    const { clock, node } = machine();
    const caller = new AbortController();
    const call = node.runtime.sandboxes.run(sandboxConfig(), caller.signal);
    caller.abort(new Error('left'));
    await assert.rejects(call, /left/);
    await clock.advance(seconds(1));
    assert.equal(node.runtime.state.sandboxes.size, 1);
  });

  test('kills a program that ignores the stop signal when the grace is over', async () => {
    const { clock, node } = machine({ program: () => ({ stops: milliseconds(Number.POSITIVE_INFINITY) }) });
    const { sandboxes, containers } = node.runtime;
    const sandbox = await ended(clock, sandboxes.run(sandboxConfig(), never));
    const request = { sandboxId: sandbox.id, config: containerConfig(), sandbox: sandboxConfig() };
    const id = await ended(clock, containers.create(request, never));
    await ended(clock, containers.start(id, never));
    const before = clock.now();
    await ended(clock, containers.stop(id, 7, never));
    assert.equal(Math.round((clock.now() - before) / 1000), 7);
    assert.equal(node.runtime.state.containers.get(id)?.seen.exitCode, 137);
  });

  test('tells nothing of a stop whose caller has left, and does not kill', async () => {
    const { clock, node } = machine({ program: () => ({ stops: seconds(60) }) });
    const { sandboxes, containers } = node.runtime;
    const sandbox = await ended(clock, sandboxes.run(sandboxConfig(), never));
    const request = { sandboxId: sandbox.id, config: containerConfig(), sandbox: sandboxConfig() };
    const id = await ended(clock, containers.create(request, never));
    await ended(clock, containers.start(id, never));
    const caller = new AbortController();
    const stop = containers.stop(id, 5, caller.signal);
    await clock.advance(seconds(1));
    caller.abort(new Error('left'));
    await assert.rejects(stop, /left/);
    await clock.advance(seconds(10));
    assert.equal(node.runtime.state.containers.get(id)?.seen.state, 'running');
    await clock.advance(seconds(60));
    assert.equal(node.runtime.state.containers.get(id)?.seen.exitCode, 143);
  });

  test('a lost outcome is unknown to the caller, and the work is done', async () => {
    const { clock, node } = machine();
    node.world.faults = { before: () => 'ok', after: () => 'lost outcome' };
    await assert.rejects(
      ended(clock, node.runtime.sandboxes.run(sandboxConfig(), never)),
      (error) => error instanceof PortError && error.kind === 'unknown-outcome',
    );
    assert.equal(node.runtime.state.sandboxes.size, 1);
  });

  test('a store that crashed loses what it had not flushed', async () => {
    const { clock, node } = machine();
    const write = node.store.write(new Map([['a', '1']]), never);
    node.store.crash();
    await ended(clock, write);
    assert.deepEqual([...node.store.rows], []);
  });
});
