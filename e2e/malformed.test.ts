import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { malformed } from '../src/testing/malformed.ts';
import { machineLacks, TestNode, witnessPod } from './harness.ts';

suite('malformed manifests', { skip: machineLacks() ?? false }, () => {
  test('the agent stays up, the good pods stay untouched, each bad file is named with its reason', async () => {
    await using node = new TestNode('malformed');
    node.write('good.json', witnessPod(node, 'good'));
    node.start();
    const [before] = await node.ready(1);
    const pid = node.agentPid();

    for (const bad of malformed) bad.make(node.manifests);
    await node.until('every bad file is shown', () => {
      const shown = new Set(node.problems().map((problem) => problem.file.split('/').at(-1)));
      return malformed.every((bad) => shown.has(bad.file));
    });

    const [after] = await node.ready(1);
    assert.equal(node.agentPid(), pid);
    assert.deepEqual(after?.containers, before?.containers);
  });
});
