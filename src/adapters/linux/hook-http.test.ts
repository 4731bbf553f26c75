import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { HookCall } from '../../core/pod/action.ts';
import { PortError } from '../../ports/port-error.ts';
import { HttpHookCaller } from './hook-http.ts';

const never = new AbortController().signal;

type Call = Extract<HookCall, { kind: 'http' }>;

async function withServer(
  answer: number | undefined,
  run: (call: Call, seen: IncomingMessage[]) => Promise<void>,
): Promise<void> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    if (answer !== undefined) response.writeHead(answer, { location: 'http://127.0.0.1:1/' }).end('x'.repeat(100_000));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await run({ kind: 'http', scheme: 'HTTP', host: '127.0.0.1', port, path: 'ready?x=1', headers: [] }, seen);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

suite('HttpHookCaller', () => {
  test('resolves on any answer, follows none, and sends what the pod says', async () => {
    for (const status of [200, 302, 404, 500]) {
      await withServer(status, async (call, seen) => {
        const headers = [
          { name: 'X-A', value: '1' },
          { name: 'X-A', value: '2' },
          { name: 'user-agent', value: 'mine' },
          { name: 'Host', value: 'web.local' },
        ];
        await new HttpHookCaller().http({ ...call, headers }, never);
        assert.equal(seen.length, 1);
        assert.equal(seen[0]?.url, '/ready?x=1');
        assert.equal(seen[0]?.headers['user-agent'], 'mine');
        assert.equal(seen[0]?.headers['x-a'], '1, 2');
        assert.equal(seen[0]?.headers.host, 'web.local');
      });
    }
  });

  test('asks a server without TLS again in plain HTTP, without the credentials', async () => {
    await withServer(200, async (call, seen) => {
      const headers = [
        { name: 'Authorization', value: 'secret' },
        { name: 'X-A', value: '1' },
      ];
      await new HttpHookCaller().http({ ...call, scheme: 'HTTPS', headers }, never);
      assert.equal(seen[0]?.headers.authorization, undefined);
      assert.equal(seen[0]?.headers['x-a'], '1');
    });
  });

  test('is refused when nobody listens, or a header cannot be sent', async () => {
    const call: Call = { kind: 'http', scheme: 'HTTP', host: '127.0.0.1', port: 1, path: '/', headers: [] };
    const refused = (error: unknown): boolean => error instanceof PortError && error.kind === 'refused';
    await assert.rejects(new HttpHookCaller().http(call, never), refused);
    await assert.rejects(new HttpHookCaller().http({ ...call, headers: [{ name: 'a b', value: '' }] }, never), refused);
  });

  test('ends with the signal’s reason when a server does not answer', async () => {
    await withServer(undefined, async (call, seen) => {
      const end = new AbortController();
      const calling = new HttpHookCaller().http(call, end.signal);
      while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const reason = new Error('grace is over');
      end.abort(reason);
      await assert.rejects(calling, (error) => error === reason);
    });
  });
});
