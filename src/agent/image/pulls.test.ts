import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import { type FakeNode, fakeNode } from '../../testing/fake-node.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { Pulls } from './pulls.ts';

const never = new AbortController().signal;

function pullsOf(most: number): { clock: VirtualClock; node: FakeNode; pulls: Pulls } {
  const clock = new VirtualClock();
  const node = fakeNode(clock);
  for (const image of ['a', 'b', 'c', 'd']) node.images.publish(image, { takes: seconds(10) });
  return { clock, node, pulls: new Pulls(most, { images: node.images, clock }, never) };
}

suite('Pulls.pull()', () => {
  test('fetches an image once for all who ask while it is under way', async () => {
    const { clock, node, pulls } = pullsOf(5);
    const all = ['x', 'y', 'z'].map((pod) => pulls.pull('a', pod, never));
    await clock.advance(seconds(20));
    const seen = await Promise.all(all);
    assert.deepEqual(node.images.pulled, ['a']);
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ['present', 'present', 'present'],
    );
    assert.deepEqual(pulls.views, []);
  });

  test('goes on for the others when one leaves, and ends when the last has left', async () => {
    const { clock, node, pulls } = pullsOf(5);
    const [x, y] = [new AbortController(), new AbortController()];
    const left = [
      assert.rejects(pulls.pull('a', 'x', x.signal), /x left/),
      assert.rejects(pulls.pull('a', 'y', y.signal), /y left/),
    ];
    await clock.advance(seconds(1));
    x.abort(new Error('x left'));
    await clock.advance(seconds(1));
    assert.deepEqual(node.images.aborted, []);
    assert.deepEqual(pulls.views[0]?.pods, ['y']);
    y.abort(new Error('y left'));
    await clock.advance(seconds(1));
    assert.deepEqual(node.images.aborted, ['a']);
    await Promise.all(left);
  });

  test('runs no more than it may at once, in the order of asking', async () => {
    const { clock, node, pulls } = pullsOf(2);
    const all = ['a', 'b', 'c', 'd'].map((image) => pulls.pull(image, 'x', never));
    await clock.advance(seconds(5));
    assert.deepEqual(node.images.pulled, ['a', 'b']);
    await clock.advance(seconds(10));
    assert.deepEqual(node.images.pulled, ['a', 'b', 'c', 'd']);
    await clock.advance(seconds(10));
    await Promise.all(all);
  });

  test('tells everyone why it failed, and may be asked again', async () => {
    const { clock, node, pulls } = pullsOf(2);
    const refused = ['x', 'y'].map((pod) =>
      assert.rejects(pulls.pull('nope', pod, never), (error) => error instanceof PortError && error.kind === 'absent'),
    );
    await clock.advance(milliseconds(100));
    await Promise.all(refused);
    const again = assert.rejects(pulls.pull('nope', 'x', never));
    await clock.advance(milliseconds(100));
    await again;
    assert.deepEqual(node.images.pulled, ['nope', 'nope']);
  });
});
