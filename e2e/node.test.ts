import assert from 'node:assert/strict';
import { readFileSync, statfsSync } from 'node:fs';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodStatus } from '../src/kube/pod-status.ts';
import type { NodeFigures } from '../src/server/view.ts';
import { machineLacks, TestNode } from './harness.ts';

const image = 'localhost/nodelet/busybox:1';
const resources = { requests: { cpu: '100m', memory: '32Mi' }, limits: { cpu: '200m', memory: '64Mi' } };
const mounts = [
  { name: 'scratch', mountPath: '/s' },
  { name: 'host', mountPath: '/h', readOnly: true },
];
const idle = ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'];
const web = {
  securityContext: { runAsUser: 1000, runAsGroup: 1500, supplementalGroups: [2000] },
  volumes: [
    { name: 'scratch', emptyDir: {} },
    { name: 'host', hostPath: { path: '/etc' } },
  ],
  containers: [{ name: 'c', image, command: idle, resources, volumeMounts: mounts }],
};
const job = { restartPolicy: 'Never', containers: [{ name: 'c', image, command: ['sh', '-c', 'exit 3'] }] };

function statusOf(node: TestNode, name: string): PodStatus | undefined {
  return node.pods().find((row) => row.name === name)?.status;
}

async function settled(node: TestNode): Promise<readonly PodStatus[]> {
  return await node.until('one pod runs and the other has ended', () => {
    const [running, ended] = [statusOf(node, 'web'), statusOf(node, 'job')];
    const over = ended?.conditions[0]?.status === 'False' && ended.phase === 'Failed';
    return running?.containerStatuses[0]?.ready === true && over ? [running, ended] : undefined;
  });
}

suite('the node and what it tells', { skip: machineLacks() ?? false }, () => {
  test('statuses are whole, and a killed and restarted agent tells them as before; the figures are those of the kernel', async () => {
    await using node = new TestNode('node');
    for (const [name, spec] of Object.entries({ web, job })) {
      node.write(`${name}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }));
    }
    node.start();
    const before = await settled(node);
    assert.partialDeepStrictEqual(before[0]?.containerStatuses[0], {
      resources,
      allocatedResources: resources.requests,
      user: { linux: { uid: 1000, gid: 1500, supplementalGroups: [1500, 2000] } },
      volumeMounts: [mounts[0], { ...mounts[1], recursiveReadOnly: 'Disabled' }],
    });
    assert.equal(before[1]?.containerStatuses[0]?.state.terminated?.exitCode, 3);

    const figures: NodeFigures = JSON.parse(node.run('node', '-o', 'json'));
    const memTotal = Number(/MemTotal: +(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
    const disk = statfsSync(node.dir);
    assert.deepEqual([figures.memory.capacity, figures.filesystems[0]?.bytes], [memTotal, disk.blocks * disk.bsize]);
    assert.deepEqual([figures.cpu.requested, figures.memory.requested, figures.pods.used], [100, 32 * 2 ** 20, 1]);
    assert.ok(figures.cpu.used > 0 && figures.cpu.used <= figures.cpu.capacity * 1.1, `${figures.cpu.used} used`);
    assert.match(figures.node.network, new RegExp(`^ready: ${node.bridge}`));
    assert.match(node.run('node'), /^Ready: +yes$/m);

    // Longer than statuses wait to be written.
    await sleep(3000);
    await node.kill();
    await sleep(2000);
    node.start();
    await node.until('the agent is back', () => node.isUp() && statusOf(node, 'job') !== undefined);
    await sleep(2000);
    assert.deepEqual(await settled(node), before);
  });
});
