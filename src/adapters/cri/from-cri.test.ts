import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sandboxSeen } from './from-cri.ts';
import { PodSandboxStatus } from './generated/sandbox.pb.ts';

suite('sandboxSeen()', () => {
  test('takes no name that leads out of a folder, from the labels or the metadata: paths are made of it', () => {
    const metadata = { name: 'web/../..', namespace: '../shop', uid: 'u1', attempt: 0 };
    const labels = { 'io.kubernetes.pod.name': 'a/b', 'io.kubernetes.pod.namespace': '../c' };
    for (const status of [{ metadata }, { labels }]) {
      const { name, namespace } = sandboxSeen(PodSandboxStatus.create(status));
      assert.deepEqual([name, namespace], ['', '']);
    }
  });

  test('takes the name of the metadata where there are no labels', () => {
    const metadata = { name: 'web', namespace: 'shop', uid: 'u1', attempt: 0 };
    const { name, namespace } = sandboxSeen(PodSandboxStatus.create({ metadata }));
    assert.deepEqual([name, namespace], ['web', 'shop']);
  });
});
