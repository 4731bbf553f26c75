import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../src/lib/random.ts';
import { machineLacks, TestNode, witnessPod } from './harness.ts';

const skip = machineLacks() ?? false;
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const podCount = 10;
const kills = 20;

function doubles(node: TestNode): string {
  const path = join(node.witness, 'doubles');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

function starts(node: TestNode, pod: string): number {
  return readFileSync(join(node.witness, `${pod}.starts`), 'utf8')
    .trim()
    .split('\n').length;
}

suite(`kill -9 of nodelet (seed ${seed})`, { skip }, () => {
  test(`at ${kills} random moments of a ${podCount}-pod start and of its stop: the end state is exact`, async (t) => {
    const random = seeded(seed);
    await using node = new TestNode('kill');
    const names = Array.from({ length: podCount }, (_, index) => `w${index}`);
    for (const name of names) node.write(`${name}.json`, witnessPod(node, name));

    await t.test('while the pods start', async () => {
      for (let kill = 0; kill < kills / 2; kill += 1) {
        node.start();
        await sleep(200 + random() * 1500);
        await node.kill();
      }
      node.start();
      await node.ready(podCount);
      assert.equal(doubles(node), '', 'no container ran twice at once');
      // containerd ends a container whose start was under way when its client died: that is a restart, and it is told.
      for (const pod of node.pods()) {
        const times = starts(node, pod.name);
        assert.ok(
          times >= 1 && times <= pod.restarts + 1,
          `${pod.name}: ${times} starts, ${pod.restarts} restarts told`,
        );
      }
    });

    await t.test('while the pods stop', async () => {
      for (const name of names) node.remove(`${name}.json`);
      for (let kill = 0; kill < kills / 2; kill += 1) {
        await sleep(100 + random() * 700);
        await node.kill();
        node.start();
      }
      await node.until('all pods are gone', () => node.state()?.pods.length === 0);
      assert.equal(doubles(node), '', 'no container ran twice at once');
    });

    await t.test('after down nothing is left', async () => {
      await node.stop();
      node.run('down');
      assert.deepEqual(node.leftovers(), []);
    });
  });

  test('with all pods up restarts nothing, and a new pod starts', async () => {
    await using node = new TestNode('restart');
    node.write('a.json', witnessPod(node, 'a'));
    node.write('b.json', witnessPod(node, 'b'));
    node.start();
    const before = await node.ready(2);
    await node.kill();
    node.write('c.json', witnessPod(node, 'c'));
    node.start();
    const after = await node.ready(3);
    for (const pod of before) {
      const again = after.find((row) => row.uid === pod.uid);
      assert.deepEqual(
        again?.containers.map((container) => container.id),
        pod.containers.map((container) => container.id),
      );
      assert.equal(starts(node, pod.name), 1);
    }
  });
});
