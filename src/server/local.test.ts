import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request, Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { serveHealth } from './health.ts';
import { serveLocal } from './local.ts';
import type { AgentView, ExecRequest, LogRequest } from './view.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodelet-local-'));
let sockets = 0;

/** A view with one pod called web; `change` tells its watchers. */
class FakeView implements AgentView {
  asked: (LogRequest | ExecRequest)[] = [];
  watchers = 0;
  #wake: () => void = () => undefined;

  change(): void {
    this.#wake();
  }

  node(): ReturnType<AgentView['node']> {
    const allocatable = { cpuMilli: 2000, memoryBytes: 1, pods: 110 };
    return {
      name: 'vm',
      version: '1',
      ready: true,
      reasons: [],
      runtime: 'r',
      network: 'ready',
      startedAt: '',
      allocatable,
    };
  }

  async figures(): ReturnType<AgentView['figures']> {
    return { ok: false, message: 'cannot read the usage of the machine: no /proc' };
  }

  pods(): ReturnType<AgentView['pods']> {
    return [];
  }

  explain(name: string): ReturnType<AgentView['explain']> {
    if (name === 'bug') throw new Error('the view broke');
    return undefined;
  }

  problems(): ReturnType<AgentView['problems']> {
    return [{ file: 'a.yaml', reason: 'bad', warning: false, since: '' }];
  }

  events(pod?: string): ReturnType<AgentView['events']> {
    const times = { first: '', last: '' };
    const web = { type: 'Normal', reason: 'Started', object: 'pod/web', namespace: 'default' } as const;
    const node = { type: 'Normal', reason: 'Starting', object: 'node/vm', namespace: '' } as const;
    const all = [node, web].map((event) => ({ ...event, message: 'm', count: 1, ...times }));
    return all.filter(({ object }) => pod === undefined || object === `pod/${pod}`);
  }

  pulls(): ReturnType<AgentView['pulls']> {
    return [];
  }

  logFile(asked: LogRequest): ReturnType<AgentView['logFile']> {
    this.asked.push(asked);
    return asked.pod === 'web'
      ? { ok: true, value: { path: '/log', running: true } }
      : { ok: false, message: 'no pod' };
  }

  exec(asked: ExecRequest): ReturnType<AgentView['exec']> {
    this.asked.push(asked);
    return Promise.resolve({ ok: true, value: { url: 'http://127.0.0.1/exec/1' } });
  }

  async *changes(signal: AbortSignal): AsyncIterable<void> {
    this.watchers += 1;
    try {
      while (!signal.aborted) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        if (!signal.aborted) yield;
      }
    } finally {
      this.watchers -= 1;
    }
  }
}

interface Served extends AsyncDisposable {
  readonly view: FakeView;
  readonly socket: string;
}

async function serve(): Promise<Served> {
  sockets += 1;
  const view = new FakeView();
  const socket = join(folder, `${sockets}`, 'nodelet.sock');
  const controller = new AbortController();
  const ended = serveLocal(view, socket, controller.signal);
  await new Promise((resolve) => setImmediate(resolve));
  return {
    view,
    socket,
    [Symbol.asyncDispose]: async () => {
      controller.abort(new Error('the test has ended'));
      await ended;
    },
  };
}

interface Reply {
  readonly status: number | undefined;
  readonly body: unknown;
}

function ask(socketPath: string, path: string, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

suite('serveLocal()', () => {
  after(() => rmSync(folder, { recursive: true }));

  test('only root may talk to it', async () => {
    await using served = await serve();
    assert.equal(statSync(served.socket).mode & 0o777, 0o600);
  });

  test('answers with the state of one moment', async () => {
    await using served = await serve();
    const { status, body } = await ask(served.socket, '/v1/state');
    assert.equal(status, 200);
    assert.deepEqual(body, {
      node: served.view.node(),
      pods: [],
      problems: served.view.problems(),
      pulls: [],
    });
  });

  test('tells the events of all, or of one pod', async () => {
    await using served = await serve();
    assert.deepEqual(await ask(served.socket, '/v1/events'), { status: 200, body: served.view.events() });
    assert.deepEqual(await ask(served.socket, '/v1/events?pod=web'), { status: 200, body: served.view.events('web') });
  });

  test('the figures of the node are an answer, or why there is none', async () => {
    await using served = await serve();
    const message = 'cannot read the usage of the machine: no /proc';
    assert.deepEqual(await ask(served.socket, '/v1/node'), { status: 409, body: { message } });
  });

  test('passes questions about logs and exec on, field by field', async () => {
    await using served = await serve();
    const logs = { pod: 'web', previous: true, container: 'main', other: 1 };
    assert.deepEqual(await ask(served.socket, '/v1/logs', JSON.stringify(logs)), {
      status: 200,
      body: { path: '/log', running: true },
    });
    const exec = { pod: 'web', command: ['ls'], stdin: true };
    assert.equal((await ask(served.socket, '/v1/exec', JSON.stringify(exec))).status, 200);
    assert.deepEqual(served.view.asked, [
      { pod: 'web', previous: true, container: 'main' },
      { pod: 'web', command: ['ls'], stdin: true, tty: false },
    ]);
  });

  for (const [what, path, body, status] of [
    ['a pod that is not there', '/v1/explain?pod=x', undefined, 404],
    ['a path that is not there', '/v1/nothing', undefined, 404],
    ['a path that is none', '//', undefined, 404],
    ['what the agent refuses', '/v1/logs', '{"pod":"x"}', 409],
    ['a request without a pod', '/v1/logs', '{}', 400],
    ['a command that is no list of words', '/v1/exec', '{"pod":"web","command":[1]}', 400],
    ['text that is not JSON', '/v1/exec', 'pod=web', 500],
    ['a failure of the agent', '/v1/explain?pod=bug', undefined, 500],
  ] as const) {
    test(`answers ${status} with a message for ${what}`, async () => {
      await using served = await serve();
      const reply = await ask(served.socket, path, body);
      assert.equal(reply.status, status);
      assert.match(JSON.stringify(reply.body), /^{"message":"/);
    });
  }

  test('streams the state at once and after each change, and stops looking when the reader goes', async () => {
    await using served = await serve();
    const lines: string[] = [];
    const two = Promise.withResolvers<void>();
    const call = request({ socketPath: served.socket, path: '/v1/changes' }, (response) => {
      response.on('data', (chunk: Buffer) => {
        lines.push(...chunk.toString().trim().split('\n'));
        if (lines.length >= 2) two.resolve();
        else served.view.change();
      });
      response.on('error', () => undefined);
    });
    call.on('error', () => undefined);
    call.end();
    await two.promise;
    assert.equal(served.view.watchers, 1);
    call.destroy();
    while (served.view.watchers > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('replaces the socket that a dead nodelet left', async () => {
    const socket = join(folder, 'stale.sock');
    writeFileSync(socket, '');
    const controller = new AbortController();
    const ended = serveLocal(new FakeView(), socket, controller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await ask(socket, '/v1/state')).status, 200);
    controller.abort(new Error('the test has ended'));
    await ended;
  });

  test('ends although somebody watches', async () => {
    const served = await serve();
    const call = request({ socketPath: served.socket, path: '/v1/changes' }, (response) => {
      response.on('error', () => undefined);
      response.resume();
    });
    const gone = new Promise((resolve) => call.once('close', resolve));
    call.on('error', () => undefined);
    call.end();
    while (served.view.watchers === 0) await new Promise((resolve) => setImmediate(resolve));
    await served[Symbol.asyncDispose]();
    await gone;
    const refused = new Promise((resolve) => connect(served.socket).once('error', resolve));
    assert.ok((await refused) instanceof Error);
  });
});

suite('serveHealth()', () => {
  test('says which port is taken and what to do', async () => {
    const controller = new AbortController();
    const port = 20000 + (process.pid % 20000);
    const first = serveHealth({ address: '127.0.0.1', port }, controller.signal);
    await new Promise((resolve) => setImmediate(resolve));
    await assert.rejects(
      serveHealth({ address: '127.0.0.1', port }, controller.signal),
      /healthz: listen EADDRINUSE.*healthzPort/,
    );
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.equal(await answer.text(), 'ok');
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 404);
    controller.abort(new Error('the test has ended'));
    await first;
  });
});

suite('serveLocal(), when its socket fails later', () => {
  test('rejects with the error', { timeout: 5000 }, async (t) => {
    const listening = t.mock.method(Server.prototype, 'listen');
    const ended = serveLocal(new FakeView(), join(folder, 'failing.sock'), new AbortController().signal);
    const server = listening.mock.calls[0]?.this;
    assert.ok(server instanceof Server);
    const { promise, resolve } = Promise.withResolvers<void>();
    server.once('listening', () => setImmediate(resolve));
    await promise;
    const error = new Error('accept EMFILE');
    server.emit('error', error);
    await assert.rejects(ended, error);
  });
});
