import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { seconds } from '../../lib/time.ts';
import { quietLogger } from '../../testing/fake-logger.ts';
import { type FakeNode, fakeNode } from '../../testing/fake-node.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { Progress } from './progress.ts';
import { Pulls } from './pulls.ts';

const never = new AbortController().signal;

function pulling(...images: readonly string[]): { clock: VirtualClock; node: FakeNode; progress: Progress } {
  const clock = new VirtualClock();
  const node = fakeNode(clock);
  const pulls = new Pulls(5, { images: node.images, clock }, never);
  const progress = new Progress(pulls, { clock, logger: quietLogger });
  progress.keep(node.images, never).catch(() => undefined);
  for (const image of images) {
    node.images.publish(image, { takes: seconds(10), bytes: 1000 });
    pulls.pull(image, 'web', never).catch(() => undefined);
  }
  return { clock, node, progress };
}

suite('Progress', () => {
  test('tells bytes and rate of the one pull that is under way', async () => {
    const { clock, progress } = pulling('a');
    await clock.advance(seconds(5));
    const { bytes } = progress;
    assert.equal(bytes?.image, 'a');
    assert.equal(bytes.totalBytes, 1000);
    assert.ok(bytes.doneBytes >= 400 && bytes.doneBytes <= 500);
    assert.ok(bytes.bytesPerSecond >= 90 && bytes.bytesPerSecond <= 110);
  });

  test('tells nothing of several at once: the runtime does not say whose bytes they are', async () => {
    const { clock, progress } = pulling('a', 'b');
    await clock.advance(seconds(5));
    assert.equal(progress.bytes, undefined);
  });

  test('asks nothing once the pull has ended', async () => {
    const { clock, node, progress } = pulling('a');
    await clock.advance(seconds(20));
    let asked = 0;
    node.images.read = async () => {
      asked += 1;
      return [];
    };
    await clock.advance(seconds(20));
    assert.deepEqual([asked, progress.bytes, clock.next], [0, undefined, undefined]);
  });
});
