import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { machineLacks, TestNode } from './harness.ts';
import { container, pod } from './pods.ts';

const prefix = process.env['NODELET_PREFIX_OLD'] ?? '/var/cache/nodelet/prefix-1.6';
const containerd = join(prefix, 'usr/bin/containerd');

function oldIsMissing(): string | undefined {
  return existsSync(containerd) ? undefined : `no containerd 1.6 at ${containerd} (script/setup --tests)`;
}

suite('containerd 1.6, which has no events', { skip: machineLacks() ?? oldIsMissing() ?? false }, () => {
  test('pods run; a container that ends is seen within two seconds or so; down leaves nothing', async () => {
    await using node = new TestNode('old');
    const text = readFileSync(node.config, 'utf8');
    writeFileSync(node.config, text.replace('runtime:\n', `runtime:\n  containerdPath: ${containerd}\n`));
    // The file says when the container is to end.
    const end = join(node.witness, 'end');
    const script = 'until [ -e /witness/end ]; do sleep 0.1; done; rm /witness/end; exit 3';
    const main = container('main', script, { volumeMounts: [{ name: 'witness', mountPath: '/witness' }] });
    const volumes = [{ name: 'witness', hostPath: { path: node.witness } }];
    node.write('ends.json', pod('ends', { containers: [main], volumes, terminationGracePeriodSeconds: 1 }));
    node.start();
    await node.ready(1);
    assert.match(node.state()?.node.runtime ?? '', /^containerd 1\.6\./);

    writeFileSync(end, '');
    await node.until('the container has ended', () => !existsSync(end));
    const ended = performance.now();
    await node.until('it is seen', () => node.pods()[0]?.restarts === 1, 5000);
    const took = performance.now() - ended;
    assert.ok(took < 3000, `seen after ${took} ms`);

    const told = node.logText().match(/the runtime has no events; it is listed each second instead/g);
    assert.equal(told?.length, 1);
    await node.stop();
    const said = node.run('down');
    assert.deepEqual(node.leftovers(), [], said);
  });
});
