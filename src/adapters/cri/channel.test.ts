import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import type { PortErrorKind } from '../../core/failure.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import { CriChannel } from './channel.ts';
import { RuntimeServiceService as methods } from './generated/runtime.pb.ts';

const signal: AbortSignal = new AbortController().signal;

// The server's side of a call, as the tests hold it until they decide on the answer.
interface Held {
  readonly request: { readonly containerId: string };
  readonly call: grpc.ServerUnaryCall<unknown, unknown>;
  answer(): void;
  fail(code: grpc.status, details: string): void;
}

class HeldRuntime {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'nodelet-channel-'));
  readonly socket: string = join(this.folder, 'cri.sock');
  #server = new grpc.Server();
  #waiting: ((held: Held) => void)[] = [];
  authority = '';

  async start(): Promise<void> {
    this.#server = new grpc.Server({ 'grpc.max_send_message_length': -1 });
    this.#server.addService(
      {
        startContainer: methods.startContainer,
        getContainerEvents: methods.getContainerEvents,
        version: methods.version,
      },
      {
        startContainer: (call: Held['call'], done: grpc.sendUnaryData<unknown>) => {
          this.authority = call.getHost();
          const held: Held = {
            request: call.request as Held['request'],
            call,
            answer: () => done(null, {}),
            fail: (code, details) => done({ code, details }),
          };
          this.#waiting.shift()?.(held);
        },
        version: (_: unknown, done: grpc.sendUnaryData<unknown>) => {
          const text = 'x'.repeat(17 * 1024 * 1024);
          done(null, { version: text, runtimeName: '', runtimeVersion: '', runtimeApiVersion: '' });
        },
        getContainerEvents: (call: grpc.ServerWritableStream<unknown, unknown>) => {
          for (const containerId of ['a', 'b']) call.write({ containerId, containerEventType: 1, createdAt: 0n });
        },
      },
    );
    await new Promise<void>((resolve, reject) => {
      this.#server.bindAsync(`unix:${this.socket}`, grpc.ServerCredentials.createInsecure(), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  next(): Promise<Held> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}

function start(
  channel: CriChannel,
  options: { effect?: 'read' | 'write'; timeout?: number; signal?: AbortSignal } = {},
): Promise<unknown> {
  const call = channel.call(
    methods.startContainer,
    { containerId: 'c1' },
    {
      what: 'start container c1',
      effect: options.effect ?? 'write',
      ...(options.timeout !== undefined && { timeout: milliseconds(options.timeout) }),
    },
    options.signal ?? signal,
  );
  // The tests await it later; until then a rejection is not an unhandled one.
  call.catch(() => undefined);
  return call;
}

function portError(kind: PortErrorKind, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof PortError, `${error}`);
    assert.equal(error.kind, kind, error.message);
    assert.match(error.message, message);
    return true;
  };
}

suite('CriChannel', () => {
  const runtime = new HeldRuntime();
  before(() => runtime.start());
  after(() => {
    runtime.stop();
    rmSync(runtime.folder, { recursive: true });
  });

  const open = (): CriChannel => new CriChannel({ socket: runtime.socket, requestTimeout: seconds(60) });

  test('call() sends the request and gives the answer, under the authority localhost', async () => {
    using channel = open();
    const arriving = runtime.next();
    const started = start(channel);
    const held = await arriving;
    assert.equal(held.request.containerId, 'c1');
    assert.equal(runtime.authority, 'localhost');
    held.answer();
    assert.deepEqual(await started, {});
  });

  const failures: readonly (readonly [grpc.status, string, PortErrorKind, PortErrorKind])[] = [
    [grpc.status.NOT_FOUND, 'container "c1": not found', 'absent', 'absent'],
    [grpc.status.ALREADY_EXISTS, 'there is one', 'conflict', 'conflict'],
    [grpc.status.UNAVAILABLE, 'going away', 'unavailable', 'unknown-outcome'],
    [grpc.status.DEADLINE_EXCEEDED, 'slow', 'unavailable', 'unknown-outcome'],
    [grpc.status.CANCELLED, 'shim gone', 'unavailable', 'unknown-outcome'],
    [grpc.status.INTERNAL, 'stream reset', 'unavailable', 'unknown-outcome'],
    [grpc.status.INVALID_ARGUMENT, 'bad', 'refused', 'refused'],
    [grpc.status.FAILED_PRECONDITION, 'not stopped', 'refused', 'refused'],
    [grpc.status.PERMISSION_DENIED, 'no', 'refused', 'refused'],
    [grpc.status.UNIMPLEMENTED, 'unknown method', 'refused', 'refused'],
    [grpc.status.UNKNOWN, 'runc create failed', 'refused', 'refused'],
    [
      grpc.status.UNKNOWN,
      'failed to reserve container name "c_0": name "c_0" is reserved for "f00"',
      'conflict',
      'conflict',
    ],
    [grpc.status.UNKNOWN, 'server is not initialized yet', 'unavailable', 'unavailable'],
  ];
  for (const [code, details, read, write] of failures) {
    test(`call() rejects ${grpc.status[code]} "${details}" as ${read} when it reads, ${write} when it writes`, async () => {
      using channel = open();
      for (const [effect, kind] of [['read', read] as const, ['write', write] as const]) {
        const arriving = runtime.next();
        const started = start(channel, { effect });
        (await arriving).fail(code, details);
        await assert.rejects(started, portError(kind, /^cannot start container c1: /));
      }
    });
  }

  test("call() tells the runtime's own words without the wrapping of the processes between", async () => {
    using channel = open();
    const arriving = runtime.next();
    const started = start(channel);
    const wrapped =
      'rpc error: code = Unknown desc = failed to create task: rpc error: code = NotFound desc = no runc: unknown';
    (await arriving).fail(grpc.status.UNKNOWN, wrapped);
    await assert.rejects(started, portError('refused', /^cannot start container c1: failed to create task: no runc$/));
  });

  test('call() gives up at its timeout with an unknown outcome', async () => {
    using channel = open();
    const arriving = runtime.next();
    const started = start(channel, { timeout: 100 });
    await arriving;
    await assert.rejects(started, portError('unknown-outcome', /did not answer in time/));
  });

  test('an abort rejects with the reason of the signal and cancels the call at the runtime', async () => {
    using channel = open();
    const controller = new AbortController();
    const arriving = runtime.next();
    const started = start(channel, { signal: controller.signal });
    const { call } = await arriving;
    const cancelled = new Promise((resolve) => call.once('cancelled', resolve));
    const reason = new Error('no longer planned');
    controller.abort(reason);
    await assert.rejects(started, reason);
    await cancelled;
    await assert.rejects(start(channel, { signal: controller.signal }), reason);
  });

  test('an answer over the limit is refused, and the connection goes on', async () => {
    using channel = open();
    const options = { what: 'read the version', effect: 'read' } as const;
    const version = channel.call(methods.version, { version: '' }, options, signal);
    await assert.rejects(version, portError('refused', /larger/i));
    const arriving = runtime.next();
    const started = start(channel);
    (await arriving).answer();
    await started;
  });

  test('a method that the runtime lacks is refused, also as a stream', async () => {
    using channel = open();
    const options = { what: 'list pods', effect: 'read' } as const;
    const unary = channel.call(methods.listPodSandbox, {}, options, signal);
    await assert.rejects(unary, portError('refused', /does not have this call/));
    const lacking = { ...methods.getContainerEvents, path: '/runtime.v1.RuntimeService/Nothing' };
    const stream = channel.stream(lacking, {}, { what: 'watch', effect: 'read' }, signal);
    await assert.rejects(stream.next(), portError('refused', /does not have this call/));
  });

  test('stream() yields messages as they come and ends with the reason of the signal', async () => {
    using channel = open();
    const controller = new AbortController();
    const options = { what: 'watch', effect: 'read' } as const;
    const stream = channel.stream(methods.getContainerEvents, {}, options, controller.signal);
    assert.equal((await stream.next()).value?.containerId, 'a');
    assert.equal((await stream.next()).value?.containerId, 'b');
    const third = stream.next();
    const reason = new Error('shutting down');
    controller.abort(reason);
    await assert.rejects(third, reason);
  });

  test('a reader that leaves stream() early leaves nothing behind', async () => {
    using channel = open();
    for await (const message of channel.stream(
      methods.getContainerEvents,
      {},
      { what: 'watch', effect: 'read' },
      signal,
    )) {
      assert.equal((message as { containerId: string }).containerId, 'a');
      break;
    }
  });

  test('without a runtime calls are unavailable at once and name the socket', async () => {
    using channel = new CriChannel({ socket: '/nowhere/cri.sock', requestTimeout: seconds(60) });
    await assert.rejects(start(channel), portError('unavailable', /there is no socket \/nowhere\/cri\.sock/));
  });

  test('a runtime that dies leaves the outcome unknown, and is found again when it is back', async () => {
    using channel = open();
    const arriving = runtime.next();
    const started = start(channel);
    await arriving;
    runtime.stop();
    await assert.rejects(started, portError('unknown-outcome', /^cannot start container c1: /));
    await assert.rejects(start(channel), portError('unavailable', /cri\.sock/));
    await runtime.start();
    const again = runtime.next();
    // Until the back-off lets the channel connect once more, each call is told at once that nobody answers.
    const retried = (async () => {
      for (;;) {
        const failure = await start(channel).then(
          () => undefined,
          (error: PortError) => error,
        );
        if (failure?.kind !== 'unavailable') return failure;
      }
    })();
    (await again).answer();
    assert.equal(await retried, undefined);
  });
});
