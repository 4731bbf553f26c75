import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { milliseconds } from '../../lib/time.ts';
import type { SourceSnapshot } from '../../ports/pod-source.ts';
import { urlSource } from './url-source.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'c', image: 'x' }] },
};

suite('urlSource()', () => {
  test('gives the pods of each new answer, and keeps them whatever else comes', async () => {
    let answer = (response: ServerResponse): void => void response.writeHead(503).end();
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers['x-node'] as string | undefined);
      answer(response);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const end = new AbortController();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pods`;
    const source = urlSource({ url, headers: { 'X-Node': ['n'] }, nodeName: 'n', frequency: milliseconds(10) });
    const snapshots = source.snapshots(end.signal)[Symbol.asyncIterator]();
    const next = async (): Promise<SourceSnapshot> => (await snapshots.next()).value;
    // Not ready before the first good answer: nothing is taken for removed.
    const first = next();
    while (seen.length < 3) await new Promise((resolve) => setImmediate(resolve));
    answer = (response) => void response.end(JSON.stringify(pod));
    const { pods } = await first;
    assert.equal(pods[0]?.metadata.name, 'web-n');
    assert.equal(pods[0]?.metadata.annotations?.['kubernetes.io/config.source'], 'http');
    assert.equal(seen[0], 'n');
    const bad: [(response: ServerResponse) => void, RegExp][] = [
      [(response) => response.writeHead(404).end('none'), /status 404/],
      [(response) => response.end(''), /answers with nothing/],
      [(response) => response.end('<html>busy</html>'), /must be an object|is not YAML/],
    ];
    for (const [give, reason] of bad) {
      answer = give;
      let snapshot = await next();
      while (!snapshot.problems.some((problem) => reason.test(problem.reason))) snapshot = await next();
      assert.equal(snapshot.pods[0], pods[0]);
    }
    answer = (response) => void response.end(JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [] }));
    let last = await next();
    while (last.problems.length > 0) last = await next();
    assert.deepEqual(last.pods, []);
    end.abort(new Error('the test is over'));
    await assert.rejects(snapshots.next());
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
