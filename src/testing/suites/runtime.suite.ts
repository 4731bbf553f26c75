import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { PortErrorKind } from '../../core/failure.ts';
import type { ContainerId, SandboxId } from '../../core/pod/seen.ts';
import type { PodUid } from '../../kube/meta.ts';
import { seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeEvent } from '../../ports/runtime.ts';
import { commands, never, programs, type RuntimeUnderTest, SuitePod, until } from './runtime-pod.ts';

const nobody = 'f'.repeat(64);

function portError(kind: PortErrorKind): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PortError, `${error}`);
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, /^cannot /);
    return true;
  };
}

/** What every runtime behind the ports must do: run on the fake and on containerd, so that the fake can't lie. */
export function runtimeSuite(
  name: string,
  make: () => Promise<RuntimeUnderTest>,
  options: { readonly skip: string | false } = { skip: false },
): void {
  suite(`runtime: ${name}`, options, () => {
    let runtime: RuntimeUnderTest;
    before(async () => {
      runtime = await make();
    });
    after(() => runtime?.end());

    sandboxTests(() => runtime);
    creationTests(() => runtime);
    stopTests(() => runtime);
    removalTests(() => runtime);
    execTests(() => runtime);
    watchTests(() => runtime);
  });
}

function sandboxTests(get: () => RuntimeUnderTest): void {
  test('run() makes a ready sandbox with an address and the identity that was asked for', async () => {
    await using pod = new SuitePod(get());
    const sandbox = await pod.run(2);
    assert.equal(sandbox.ready, true);
    assert.equal(sandbox.attempt, 2);
    assert.equal(sandbox.network, 'POD');
    assert.equal(sandbox.name, pod.sandbox().name);
    assert.equal(sandbox.namespace, 'suite');
    assert.match(sandbox.ips[0] ?? '', /^\d+\.\d+\.\d+\.\d+$/);
    assert.deepEqual((await pod.observe()).sandboxes, [sandbox]);
  });

  test('run() with the host network gives no address', async () => {
    await using pod = new SuitePod(get());
    const onHost = { namespaces: { network: 'NODE', pid: 'CONTAINER', ipc: 'POD' } } as const;
    const sandbox = await pod.run(0, onHost);
    assert.equal(sandbox.network, 'NODE');
    assert.deepEqual(sandbox.ips, []);
  });

  test('run() refuses an attempt that it has as a conflict, and takes the next', async () => {
    await using pod = new SuitePod(get());
    const first = await pod.run(0);
    await assert.rejects(pod.run(0), portError('conflict'));
    const second = await pod.run(1);
    const { sandboxes } = await pod.observe();
    assert.deepEqual(
      sandboxes.map(({ id }) => id),
      [second.id, first.id],
      'newest attempt first',
    );
  });

  test('a stopped sandbox is not ready, and stopping it again succeeds', async () => {
    await using pod = new SuitePod(get());
    await pod.start(programs.endsWhenAsked);
    const sandbox = (await pod.observe()).sandboxes[0];
    assert.ok(sandbox);
    await get().sandboxes.stop(sandbox.id, never);
    await get().sandboxes.stop(sandbox.id, never);
    const { sandboxes, containers } = await pod.observe();
    assert.equal(sandboxes[0]?.ready, false);
    assert.equal(containers[0]?.state, 'exited');
  });

  test('removing a sandbox removes its containers, and removing it again succeeds', async () => {
    await using pod = new SuitePod(get());
    await pod.start(programs.endsWhenAsked);
    const sandbox = (await pod.observe()).sandboxes[0];
    assert.ok(sandbox);
    await get().sandboxes.stop(sandbox.id, never);
    await get().sandboxes.remove(sandbox.id, never);
    await get().sandboxes.remove(sandbox.id, never);
    assert.deepEqual(await pod.observe(), { sandboxes: [], containers: [] });
  });

  test('stopping and removing a sandbox that nobody has succeeds', async () => {
    await get().sandboxes.stop(nobody as SandboxId, never);
    await get().sandboxes.remove(nobody as SandboxId, never);
  });
}

function creationTests(get: () => RuntimeUnderTest): void {
  test('a created container waits for its start, then runs', async () => {
    await using pod = new SuitePod(get());
    const sandbox = await pod.run();
    const id = await pod.create(sandbox.id, pod.container('c', programs.endsWhenAsked));
    const created = (await pod.observe()).containers[0];
    assert.equal(created?.id, id);
    assert.equal(created?.state, 'created');
    assert.equal(created?.startedAt, undefined);
    assert.equal(created?.exitCode, undefined);
    const started = await get().containers.start(id, never);
    assert.equal(started.state, 'running');
    assert.equal(started.name, 'c');
    assert.equal(started.attempt, 0);
    assert.equal(started.sandboxId, sandbox.id);
    assert.equal(started.annotations['suite/container'], 'c');
    assert.ok((started.startedAt ?? 0) >= started.createdAt);
    assert.deepEqual((await pod.observe()).containers, [started]);
  });

  test('create() refuses an attempt that it has as a conflict, and takes the next', async () => {
    await using pod = new SuitePod(get());
    const sandbox = await pod.run();
    const config = pod.container('c', programs.endsWhenAsked);
    const first = await pod.create(sandbox.id, config);
    await assert.rejects(pod.create(sandbox.id, config), portError('conflict'));
    const second = await pod.create(sandbox.id, { ...config, attempt: 1, logPath: 'c/1.log' });
    assert.deepEqual(
      (await pod.observe()).containers.map(({ id, attempt }) => [id, attempt]),
      [
        [second, 1],
        [first, 0],
      ],
      'newest attempt first',
    );
  });

  test('create() in a sandbox that nobody has is absent', async () => {
    await using pod = new SuitePod(get());
    const created = pod.create(nobody as SandboxId, pod.container('c', programs.endsWhenAsked));
    await assert.rejects(created, portError('absent'));
  });

  test('start() of a container that nobody has is absent', async () => {
    await assert.rejects(get().containers.start(nobody as ContainerId, never), portError('absent'));
  });

  test('start() of a command that can not run is refused, and the container has exited', async () => {
    await using pod = new SuitePod(get());
    const sandbox = await pod.run();
    const id = await pod.create(sandbox.id, pod.container('c', programs.cannotStart));
    await assert.rejects(get().containers.start(id, never), portError('refused'));
    const exited = await pod.exited();
    assert.equal(exited.id, id);
    assert.equal(exited.exitCode, 128);
  });

  test('a container that ended by itself tells its code and times', async () => {
    await using pod = new SuitePod(get());
    const started = await pod.start(programs.exitsWith3);
    const exited = await pod.exited();
    assert.equal(exited.id, started.id);
    assert.equal(exited.exitCode, 3);
    assert.equal(exited.reason, 'Error');
    // Nothing is said about their order: containerd dates a short life's end before its start now and then.
    assert.ok(exited.startedAt !== undefined);
    assert.ok(exited.finishedAt !== undefined);
  });
}

function stopTests(get: () => RuntimeUnderTest): void {
  test('stop() returns when the container has ended at the stop signal, long before its grace', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.endsWhenAsked);
    // On a busy machine the shell has not set its trap yet, and the first process of a container ignores what it does not trap.
    await until(
      () => get().containers.execSync({ id, command: commands.listens, timeout: seconds(10) }, never),
      ({ exitCode }) => exitCode === 0,
    );
    await get().containers.stop(id, 60, never);
    const { containers } = await pod.observe();
    assert.equal(containers[0]?.state, 'exited');
    assert.notEqual(containers[0]?.exitCode, 137);
    await get().containers.stop(id, 60, never);
  });

  test('stop() kills what is still there after the grace', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.ignoresStop);
    await get().containers.stop(id, 1, never);
    const { containers } = await pod.observe();
    assert.equal(containers[0]?.state, 'exited');
    assert.equal(containers[0]?.exitCode, 137);
  });

  test('an aborted stop() stops the waiting only; another with no grace kills at once', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.ignoresStop);
    const controller = new AbortController();
    const reason = new Error('a shorter grace is wanted');
    const stopping = get().containers.stop(id, 600, controller.signal);
    // The runtime has begun to stop it once it has answered another call.
    await pod.observe();
    controller.abort(reason);
    await assert.rejects(stopping, reason);
    assert.equal((await pod.observe()).containers[0]?.state, 'running');
    await get().containers.stop(id, 0, never);
    assert.equal((await pod.observe()).containers[0]?.exitCode, 137);
  });

  test('stop() of a container that nobody has succeeds', async () => {
    await get().containers.stop(nobody as ContainerId, 0, never);
  });
}

function removalTests(get: () => RuntimeUnderTest): void {
  test('remove() takes a running container away, its name is free again, and removing it again succeeds', async () => {
    await using pod = new SuitePod(get());
    const { id, sandboxId } = await pod.start(programs.endsWhenAsked);
    await get().containers.remove(id, never);
    await get().containers.remove(id, never);
    assert.deepEqual((await pod.observe()).containers, []);
    await pod.create(sandboxId, pod.container('c', programs.endsWhenAsked));
  });

  test('an aborted call rejects with the reason of its signal', async () => {
    const aborted = AbortSignal.abort(new Error('not any more'));
    await assert.rejects(get().containers.remove(nobody as ContainerId, aborted), /not any more/);
    await assert.rejects(get().watch.list(aborted), /not any more/);
  });
}

function execTests(get: () => RuntimeUnderTest): void {
  test('execSync() gives the exit code and both outputs', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.endsWhenAsked);
    const result = await get().containers.execSync({ id, command: commands.speaks, timeout: seconds(10) }, never);
    assert.deepEqual(result, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('execSync() in a container that nobody has is absent', async () => {
    const request = { id: nobody as ContainerId, command: commands.speaks, timeout: seconds(10) };
    await assert.rejects(get().containers.execSync(request, never), portError('absent'));
  });

  test('exec() and attach() of a running container give a URL', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.endsWhenAsked);
    const request = { id, stdin: true, stdout: true, stderr: true, tty: true };
    assert.match(await get().streams.exec({ ...request, command: ['sh'] }, never), /^http/);
    assert.match(await get().streams.attach(request, never), /^http/);
  });

  test('reopenLog() of a running container succeeds', async () => {
    await using pod = new SuitePod(get());
    const { id } = await pod.start(programs.endsWhenAsked);
    await get().containers.reopenLog(id, never);
  });
}

function watchTests(get: () => RuntimeUnderTest): void {
  test('observe() of a pod that nobody has is empty', async () => {
    const seen = await get().watch.observe('no-such-pod' as PodUid, never);
    assert.deepEqual(seen, { sandboxes: [], containers: [] });
  });

  test('list() gives for each pod what observe() gives, before and after its states change', async () => {
    await using first = new SuitePod(get());
    await using second = new SuitePod(get());
    const { id } = await first.start(programs.endsWhenAsked);
    await second.start(programs.exitsWith3);
    await second.exited();
    const check = async (): Promise<void> => {
      const pods = await get().watch.list(never);
      for (const pod of [first, second]) assert.deepEqual(pods.get(pod.uid), await pod.observe());
    };
    await check();
    await check();
    await get().containers.stop(id, 0, never);
    await get().sandboxes.stop((await second.observe()).sandboxes[0]!.id, never);
    await check();
  });

  test('events() tells what happens to containers, and ends with the reason of its signal', async (context) => {
    if (!get().hasEvents) {
      const first = get().watch.events(never)[Symbol.asyncIterator]().next();
      await assert.rejects(first, portError('refused'));
      context.skip('this runtime has no events, and says so');
      return;
    }
    await using pod = new SuitePod(get());
    const seen: RuntimeEvent[] = [];
    const controller = new AbortController();
    const reading = (async () => {
      for await (const event of get().watch.events(controller.signal)) seen.push(event);
    })();
    reading.catch(() => undefined);
    const { id } = await pod.start(programs.endsWhenAsked);
    await get().containers.stop(id, 600, never);
    await get().containers.remove(id, never);
    const kinds = (): readonly string[] => seen.filter((event) => event.containerId === id).map(({ kind }) => kind);
    await until(
      async () => kinds(),
      (all) => all.includes('deleted'),
    );
    assert.deepEqual([...new Set(kinds())].sort(), ['created', 'deleted', 'started', 'stopped']);
    assert.ok(seen.filter((event) => event.containerId === id).every((event) => event.uid === pod.uid));
    const reason = new Error('shutting down');
    controller.abort(reason);
    await assert.rejects(reading, reason);
  });

  test('status() tells a name and a version, and is ready', async () => {
    const status = await until(
      () => get().watch.status(never),
      ({ ready, networkReady }) => ready && networkReady,
    );
    assert.notEqual(status.name, '');
    assert.notEqual(status.version, '');
    assert.equal(status.notReadyReason, '');
    assert.equal(status.networkNotReadyReason, '');
  });
}
