import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { machineLacks, TestNode, witnessPod } from './harness.ts';

function containerdOf(node: TestNode): number | undefined {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const [command = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (command.endsWith('/containerd') && rest.join(' ').includes(node.dir)) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

suite('kill -9 of containerd', { skip: machineLacks() ?? false }, () => {
  test('the pods run on, containerd comes back, a new pod starts', async () => {
    await using node = new TestNode('containerd');
    node.write('a.json', witnessPod(node, 'a'));
    node.start();
    const [before] = await node.ready(1);

    const pid = containerdOf(node);
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGKILL');
    await node.until('another containerd runs', () => {
      const again = containerdOf(node);
      return again !== undefined && again !== pid;
    });

    node.write('b.json', witnessPod(node, 'b'));
    const pods = await node.ready(2);
    const after = pods.find((pod) => pod.name === 'a');
    assert.deepEqual(
      after?.containers.map((container) => container.id),
      before?.containers.map((container) => container.id),
    );
  });
});
