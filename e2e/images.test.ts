import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { PodRow } from '../src/server/view.ts';
import { machineLacks, TestNode } from './harness.ts';
import { container, idle, type Json, pod } from './pods.ts';
import { TestRegistry } from './registry.ts';

const mebibyte = 1024 * 1024;
const atOnce = 2;

function nodeThatPulls(label: string): TestNode {
  const node = new TestNode(label);
  const text = readFileSync(node.config, 'utf8');
  const limit = `maxParallelImagePulls: ${atOnce}\nserializeImagePulls: false\n`;
  writeFileSync(node.config, text.replace('failSwapOn: false\n', `failSwapOn: false\n${limit}`));
  return node;
}

function find(node: TestNode, name: string): PodRow | undefined {
  return node.pods().find((row) => row.name === name);
}

async function ready(node: TestNode, name: string, limitMs?: number): Promise<void> {
  await node.until(`pod ${name} is ready`, () => find(node, name)?.ready.containers === 1, limitMs);
}

async function gone(node: TestNode, name: string): Promise<void> {
  node.remove(`${name}.json`);
  await node.until(`pod ${name} is gone`, () => node.isUp() && find(node, name) === undefined);
}

/** Why a pod's container waits, as the API shows it. */
function waiting(node: TestNode, name: string): { readonly reason: string; readonly message?: string } | undefined {
  return find(node, name)?.status.containerStatuses[0]?.state.waiting;
}

suite('images of a registry', { skip: machineLacks() ?? false }, () => {
  test('are pulled by policy, with the true cause of a failure, bounded, shown and aborted', async (t) => {
    await using registry = await TestRegistry.start();
    await using node = nodeThatPulls('images');
    const run = (name: string, repository: string, fields: Json = {}): void => {
      const main = { ...container('main', idle), image: registry.reference(repository), ...fields };
      node.write(`${name}.json`, pod(name, { containers: [main], terminationGracePeriodSeconds: 1 }));
    };
    registry.publish('app');
    run('first', 'app', { imagePullPolicy: 'Always' });
    node.start();
    await ready(node, 'first');

    await t.test(
      'Always asks the registry each time; IfNotPresent and Never do not when the image is there',
      async () => {
        const before = registry.asked('app');
        assert.ok(before > 0);
        run('present', 'app', { imagePullPolicy: 'IfNotPresent' });
        run('never', 'app', { imagePullPolicy: 'Never' });
        await ready(node, 'present');
        await ready(node, 'never');
        assert.equal(registry.asked('app'), before);
        run('always', 'app', { imagePullPolicy: 'Always' });
        await ready(node, 'always');
        assert.ok(registry.asked('app') > before);
      },
    );

    await t.test('Never does not pull what is missing, and says what to do', async () => {
      registry.publish('unasked');
      run('absent', 'unasked', { imagePullPolicy: 'Never' });
      await node.until('it says so', () => waiting(node, 'absent')?.reason === 'ErrImageNeverPull');
      assert.match(
        find(node, 'absent')
          ?.waits.map(({ text }) => text)
          .join() ?? '',
        /imagePullPolicy is Never/,
      );
      assert.equal(registry.asked('unasked'), 0);
    });

    await t.test(
      'a failure has its true cause, is retried with back-off, and a changed manifest does not wait',
      async () => {
        registry.refuse('secret', 401);
        run('later', 'later');
        run('secret', 'secret');
        run('changed', 'missing');
        const failed = async (name: string, cause: RegExp): Promise<void> => {
          const state = await node.until(`${name} is in back-off`, () => {
            const found = waiting(node, name);
            return found?.reason === 'ImagePullBackOff' ? found : undefined;
          });
          assert.match(`${state.message}`, cause);
          const failures = node
            .events()
            .filter(({ object, reason }) => object === `pod/${name}` && reason === 'Failed');
          assert.ok(
            failures.some(({ message }) => cause.test(message)),
            JSON.stringify(failures),
          );
        };
        await failed('changed', /127\.0\.0\.1:\d+\/missing:1.*not found/);
        await failed('secret', /401|authoriz|denied/i);
        await failed('later', /not found/);
        // The old back-off is ten seconds and more.
        run('changed', 'app');
        await ready(node, 'changed', 8000);
        registry.publish('later');
        await ready(node, 'later', 30_000);
        assert.ok(registry.asked('secret') > 0);
        await gone(node, 'secret');
      },
    );

    await t.test(`of several at once no more than ${atOnce} are pulled`, async () => {
      registry.mostAtOnce = 0;
      const names = ['p0', 'p1', 'p2', 'p3', 'p4'];
      for (const name of names) registry.publish(name, { bytesPerSecond: 2 * mebibyte });
      for (const name of names) run(name, name);
      for (const name of names) await ready(node, name);
      assert.equal(registry.mostAtOnce, atOnce);
      for (const name of names) await gone(node, name);
    });

    await t.test('bytes, total and rate of a pull are shown while it goes on', async () => {
      const bytes = 64 * mebibyte;
      registry.publish('big', { payload: randomBytes(bytes), bytesPerSecond: 8 * mebibyte });
      run('big', 'big');
      const progress = (): { done: number; total: number; rate: number } | undefined => {
        const [pull] = node.state()?.pulls ?? [];
        if (pull?.doneBytes === undefined || !pull.image.includes('/big:')) return undefined;
        return { done: pull.doneBytes, total: pull.totalBytes ?? 0, rate: pull.bytesPerSecond ?? 0 };
      };
      const early = await node.until('bytes are shown', () => {
        const seen = progress();
        return seen !== undefined && seen.done > 4 * mebibyte ? seen : undefined;
      });
      const late = await node.until('there are more of them', () => {
        const seen = progress();
        return seen !== undefined && seen.done > early.done + 8 * mebibyte ? seen : undefined;
      });
      assert.ok(late.total >= bytes && late.total < bytes + 8 * mebibyte, `total ${late.total}`);
      assert.ok(late.rate > 2 * mebibyte && late.rate < 24 * mebibyte, `rate ${late.rate}`);
      assert.match(node.run('ps'), /\/big:1: [\d.]+ MiB of [\d.]+ MiB, [\d.]+ MiB\/s \(for default\/big\)/);
      await ready(node, 'big');
      assert.match(node.logText(), /pull/i);
    });

    await t.test('a pod that goes while its image is pulled ends the pull', async () => {
      registry.publish('slow', { payload: randomBytes(8 * mebibyte), bytesPerSecond: 0.1 * mebibyte });
      run('slow', 'slow');
      await node.until('the pull has begun', () => registry.isSending('slow'));
      await gone(node, 'slow');
      await node.until('the registry is left alone', () => !registry.isSending('slow'), 15_000);
      assert.deepEqual(node.state()?.pulls, []);
    });

    await t.test('a registry that is away is named, and the pod runs once it is back', async () => {
      registry.publish('back');
      await registry.down();
      run('back', 'back');
      const state = await node.until('it fails', () => waiting(node, 'back')?.message);
      assert.match(state, /connection refused/);
      await registry.up();
      await ready(node, 'back', 30_000);
    });

    await t.test('after down nothing is left', async () => {
      await node.stop();
      const said = node.run('down');
      assert.deepEqual(node.leftovers(), [], said);
    });
  });
});
