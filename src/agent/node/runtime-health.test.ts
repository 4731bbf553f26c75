import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { seconds } from '../../lib/time.ts';
import { FakeLogger } from '../../testing/fake-logger.ts';
import { type FakeNode, fakeNode } from '../../testing/fake-node.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { RuntimeHealth } from './runtime-health.ts';

function kept(prepare: (node: FakeNode) => void = () => undefined): {
  clock: VirtualClock;
  node: FakeNode;
  logger: FakeLogger;
  health: RuntimeHealth;
  events: string[];
  asked: () => number;
} {
  const clock = new VirtualClock();
  const node = fakeNode(clock);
  prepare(node);
  const logger = new FakeLogger();
  const events: string[] = [];
  const health = new RuntimeHealth(node.runtime.watch, { clock, logger, tell: (_, { reason }) => events.push(reason) });
  health.keep(new AbortController().signal).catch(() => undefined);
  return {
    clock,
    node,
    logger,
    health,
    events,
    asked: () => node.calls.filter(({ method }) => method === 'status').length,
  };
}

suite('RuntimeHealth', () => {
  test('asks once while all is well', async () => {
    const { clock, health, asked } = kept();
    await clock.advance(seconds(600));
    assert.deepEqual([asked(), health.reasons], [1, []]);
  });

  test('asks again when something failed, and says why it is not ready', async () => {
    const { clock, node, logger, health, events } = kept();
    await clock.advance(seconds(10));
    node.runtime.report({ networkReady: false, networkNotReadyReason: 'no network config found in /etc/cni/net.d' });
    health.suspect('cannot run sandbox');
    await clock.advance(seconds(1));
    assert.deepEqual(health.reasons, ['no network config found in /etc/cni/net.d']);
    node.runtime.report({ networkReady: true });
    await clock.advance(seconds(6));
    assert.deepEqual(health.reasons, []);
    assert.deepEqual(
      logger.lines.filter((line) => !line.startsWith('debug')),
      [
        'info: the container runtime is ready',
        'warn: the container runtime is not ready',
        'info: the container runtime is ready',
      ],
    );
    assert.deepEqual(events, ['NodeReady', 'NodeNotReady', 'NodeReady']);
  });

  test('asks a runtime that is away at growing pauses of at most 5 s, and tells it once', async () => {
    const { clock, logger, events, asked } = kept((node) => {
      node.runtime.down = true;
    });
    await clock.advance(seconds(60));
    assert.ok(asked() >= 15 && asked() <= 20);
    assert.deepEqual(logger.lines, ['warn: the container runtime is not ready']);
    assert.deepEqual(events, ['NodeNotReady']);
  });
});
