import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LifecycleHandler } from '../../kube/pod.ts';
import { containerSpec } from '../../testing/specs.ts';
import { hookCall } from './hooks.ts';

const container = containerSpec('c', {
  ports: [
    { name: 'http', containerPort: 8080, protocol: 'TCP' },
    { containerPort: 1, protocol: 'TCP' },
  ],
});
const http = { path: '/', scheme: 'HTTP' } as const;

suite('hookCall()', () => {
  const rows: readonly (readonly [string, LifecycleHandler, string, object])[] = [
    ['exec', { exec: { command: ['a', 'b'] } }, '', { kind: 'exec', command: ['a', 'b'] }],
    ['sleep', { sleep: { seconds: 0 } }, '', { kind: 'sleep', seconds: 0 }],
    [
      'http to the pod',
      { httpGet: { ...http, port: 80, path: 'x?y' } },
      '10.0.0.1',
      { kind: 'http', scheme: 'HTTP', host: '10.0.0.1', port: 80, path: '/x?y', headers: [] },
    ],
    [
      'http to another host, port by name',
      { httpGet: { ...http, scheme: 'HTTPS', host: 'h', port: 'http', httpHeaders: [{ name: 'A', value: 'b' }] } },
      '10.0.0.1',
      { kind: 'http', scheme: 'HTTPS', host: 'h', port: 8080, path: '/', headers: [{ name: 'A', value: 'b' }] },
    ],
    [
      'http, port as text',
      { httpGet: { ...http, port: '81' } },
      'h',
      { kind: 'http', scheme: 'HTTP', host: 'h', port: 81, path: '/', headers: [] },
    ],
    [
      'http without an address',
      { httpGet: { ...http, port: 80 } },
      '',
      { kind: 'impossible', message: 'the pod has no address to send the request to' },
    ],
    [
      'http to an unknown port',
      { httpGet: { ...http, port: 'none' } },
      'h',
      { kind: 'impossible', message: 'container "c" has no port "none"' },
    ],
    [
      'http to a port that is none',
      { httpGet: { ...http, port: 65_536 } },
      'h',
      { kind: 'impossible', message: 'container "c" has no port 65536' },
    ],
    [
      'tcpSocket',
      { tcpSocket: { port: 1 } },
      'h',
      { kind: 'impossible', message: 'tcpSocket is not a lifecycle hook that can be run' },
    ],
    ['nothing', {}, 'h', { kind: 'impossible', message: 'the hook names nothing to run' }],
  ];
  for (const [name, handler, host, expected] of rows) {
    test(name, () => assert.deepEqual(hookCall(handler, container, host), expected));
  }
});
