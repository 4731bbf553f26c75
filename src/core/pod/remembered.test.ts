import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LifecycleHandler } from '../../kube/pod.ts';
import { containerSeen } from '../../testing/specs.ts';
import { hookCall } from './hooks.ts';
import { rememberedContainer, rememberedGrace, rememberedPreStop } from './remembered.ts';

function preStop(text: string): LifecycleHandler | undefined {
  return rememberedPreStop(containerSeen('c', { annotations: { 'io.kubernetes.container.preStopHandler': text } }));
}

suite('What is remembered of a container whose spec is gone', () => {
  test('its hook, as this or another program wrote it', () => {
    assert.deepEqual(preStop('{"exec":{"command":["a","b"]}}'), { exec: { command: ['a', 'b'] } });
    assert.deepEqual(preStop('{"sleep":{"seconds":3}}'), { sleep: { seconds: 3 } });
    const get = preStop('{"httpGet":{"port":"web","httpHeaders":[{"name":"A","value":"b"},7]}}');
    assert.deepEqual(get, {
      httpGet: { path: '/', port: 'web', scheme: 'HTTP', httpHeaders: [{ name: 'A', value: 'b' }] },
    });
  });

  test('the ports that the hook may name', () => {
    const annotations = { 'io.kubernetes.container.ports': '[{"name":"web","containerPort":8080},{}]' };
    const container = rememberedContainer(containerSeen('c', { annotations }));
    const call = hookCall({ httpGet: { path: '/', port: 'web', scheme: 'HTTP' } }, container, '10.0.0.1');
    assert.ok(call.kind === 'http' && call.port === 8080);
  });

  test('nothing of what does not fit', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '7',
      '{"exec":{}}',
      '{"exec":7}',
      '{"httpGet":{}}',
      '{"tcpSocket":{"port":1}}',
    ]) {
      assert.equal(preStop(text), undefined, text);
    }
    for (const grace of ['', 'x', '-1', '1e9', '1.5']) {
      const annotations = { 'io.kubernetes.pod.terminationGracePeriod': grace };
      assert.equal(rememberedGrace(containerSeen('c', { annotations })), undefined, grace);
    }
  });
});
