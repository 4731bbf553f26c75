import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pod, PodSpec, ResourceRequirements } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec } from '../../testing/specs.ts';
import { podLimits, podRequests } from './amounts.ts';
import { orphanCgroupPaths, podCgroup, podCgroupPath, qosTree } from './cgroup-plan.ts';
import { cpuQuota, cpuShares } from './cpu.ts';
import { oomScoreAdj } from './oom-score.ts';
import { qosClass } from './qos.ts';

const Gi = 2 ** 30;
const node = nodeView();

function pod(containers: readonly ResourceRequirements[], spec: Partial<PodSpec> = {}): Pod {
  return podSpec({ containers: containers.map((resources, at) => containerSpec(`c${at}`, { resources })), ...spec });
}

const both = (cpu: string, memory: string): ResourceRequirements => ({
  limits: { cpu, memory },
  requests: { cpu, memory },
});

suite('qosClass()', () => {
  const rows: readonly (readonly [string, Pod, string])[] = [
    ['nothing set', pod([{}]), 'BestEffort'],
    ['only storage set', pod([{ requests: { 'ephemeral-storage': '1Gi' } }]), 'BestEffort'],
    ['zero amounts', pod([both('0', '0')]), 'BestEffort'],
    ['limits equal requests', pod([both('1', '1Gi'), both('500m', '1Gi')]), 'Guaranteed'],
    [
      'equal in other words',
      pod([{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }]),
      'Guaranteed',
    ],
    ['only CPU', pod([{ limits: { cpu: '1' }, requests: { cpu: '1' } }]), 'Burstable'],
    [
      'requests below limits',
      pod([{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Mi' } }]),
      'Burstable',
    ],
    ['one container without', pod([both('1', '1Gi'), {}]), 'Burstable'],
    ['an init container without', pod([both('1', '1Gi')], { initContainers: [containerSpec('i')] }), 'Burstable'],
    ['set for the pod as a whole', pod([{}], { resources: both('1', '1Gi') }), 'Guaranteed'],
  ];
  for (const [name, value, expected] of rows) test(name, () => assert.equal(qosClass(value), expected));
});

suite('amounts of a pod', () => {
  const init = (name: string, cpu: string, sidecar = false) =>
    containerSpec(name, { resources: both(cpu, cpu), ...(sidecar ? { restartPolicy: 'Always' } : {}) });
  const rows: readonly (readonly [string, Pod, number])[] = [
    ['main containers add up', pod([both('1', '1'), both('2', '1')]), 3000],
    [
      'the largest init container counts when it is more',
      pod([both('1', '1')], { initContainers: [init('a', '5'), init('b', '2')] }),
      5000,
    ],
    ['and not when it is less', pod([both('3', '1')], { initContainers: [init('a', '2')] }), 3000],
    ['a sidecar adds to the main ones', pod([both('1', '1')], { initContainers: [init('a', '2', true)] }), 3000],
    [
      'and to the init containers behind it',
      pod([both('1', '1')], { initContainers: [init('a', '2', true), init('b', '5')] }),
      7000,
    ],
    [
      'but not to those before it',
      pod([both('1', '1')], { initContainers: [init('b', '5'), init('a', '2', true)] }),
      5000,
    ],
    ['overhead is added', pod([both('1', '1')], { overhead: { cpu: '250m' } }), 1250],
    ['what is set for the whole goes before the sum', pod([both('1', '1')], { resources: both('10', '10') }), 10_000],
  ];
  for (const [name, value, cpu] of rows) {
    test(name, () => {
      assert.equal(podRequests(value).cpuMilli, cpu);
      assert.equal(podLimits(value).cpuMilli, cpu);
    });
  }

  test('overhead alone makes no limit', () => {
    assert.equal(podLimits(pod([{}], { overhead: { cpu: '1', memory: '1' } })).cpuMilli, 0);
  });
});

suite('CPU', () => {
  const shares: readonly (readonly [number, number])[] = [
    [0, 2],
    [1, 2],
    [2, 2],
    [10, 10],
    [250, 256],
    [1000, 1024],
    [256_000, 262_144],
    [10_000_000, 262_144],
  ];
  for (const [milli, expected] of shares)
    test(`${milli}m are ${expected} shares`, () => assert.equal(cpuShares(milli), expected));
  const quotas: readonly (readonly [number, number, number])[] = [
    [0, 100_000, 0],
    [1, 100_000, 1000],
    [10, 100_000, 1000],
    [250, 100_000, 25_000],
    [1500, 100_000, 150_000],
    [1000, 5000, 5000],
  ];
  for (const [milli, period, expected] of quotas) {
    test(`${milli}m in ${period} µs are ${expected} µs`, () => assert.equal(cpuQuota(milli, period), expected));
  }
});

suite('podCgroup()', () => {
  test('stands by class, and an unknown pod may be in any', () => {
    assert.equal(podCgroupPath(pod([both('1', '1Gi')]), 'u1', node), '/kubepods/podu1');
    assert.equal(podCgroupPath(pod([{ requests: { cpu: '1' } }]), 'u1', node), '/kubepods/burstable/podu1');
    assert.equal(podCgroupPath(pod([{}]), 'u1', node), '/kubepods/besteffort/podu1');
    assert.deepEqual(orphanCgroupPaths('u1', node), [
      '/kubepods/podu1',
      '/kubepods/burstable/podu1',
      '/kubepods/besteffort/podu1',
    ]);
  });

  const limited: ResourceRequirements = { limits: { cpu: '2', memory: '2Gi' }, requests: { cpu: '1', memory: '1Gi' } };
  const rows: readonly (readonly [string, Pod, object])[] = [
    [
      'Guaranteed',
      pod([both('2', '2Gi')]),
      { cpuShares: 2048, cpuQuota: 200_000, cpuPeriod: 100_000, memoryLimit: 2 * Gi },
    ],
    [
      'Burstable with all limits',
      pod([limited, limited]),
      { cpuShares: 2048, cpuQuota: 400_000, cpuPeriod: 100_000, memoryLimit: 4 * Gi },
    ],
    [
      'Burstable with one limit missing',
      pod([limited, { limits: { cpu: '1' }, requests: { cpu: '1' } }]),
      { cpuShares: 2048, cpuQuota: 300_000, cpuPeriod: 100_000 },
    ],
    ['Burstable with requests only', pod([{ requests: { cpu: '100m' } }]), { cpuShares: 102 }],
    ['BestEffort', pod([{}]), { cpuShares: 2 }],
  ];
  for (const [name, value, values] of rows) {
    test(name, () => assert.deepEqual(podCgroup(value, 'u1', node).values, values));
  }

  test('has no quota where quotas are off, and a limit of processes where there is one', () => {
    const other = nodeView({ cpuCfsQuota: false, cgroups: { version: 'v2', root: '/kubepods', podPidsLimit: 99 } });
    assert.deepEqual(podCgroup(pod([both('1', '1Gi')]), 'u1', other).values, {
      cpuShares: 1024,
      cpuQuota: -1,
      cpuPeriod: 100_000,
      memoryLimit: Gi,
      pidsLimit: 99,
    });
  });
});

suite('qosTree()', () => {
  test('gives the burstable tier the shares of its pods’ requests', () => {
    const pods = [
      pod([{ requests: { cpu: '500m' } }]),
      pod([{ requests: { cpu: '1' } }]),
      pod([both('4', '1Gi')]),
      pod([{}]),
    ];
    assert.deepEqual(qosTree(pods, node, { cpu: 3500, memory: 7 * Gi, pids: 1000 }), [
      { path: '/kubepods', values: { cpuShares: 3584, memoryLimit: 7 * Gi, pidsLimit: 1000 } },
      { path: '/kubepods/burstable', values: { cpuShares: 1536 } },
      { path: '/kubepods/besteffort', values: { cpuShares: 2 } },
    ]);
  });
});

suite('oomScoreAdj()', () => {
  const request = (memory: string): ResourceRequirements => ({ requests: { memory } });
  const score = (value: Pod, isStatic = false, at = 0): number => {
    const container = [...value.spec.containers, ...(value.spec.initContainers ?? [])][at];
    assert.ok(container !== undefined);
    return oomScoreAdj(value, container, isStatic, node);
  };
  const sidecar = containerSpec('s', { resources: request('1Mi'), restartPolicy: 'Always' });
  const critical = { priorityClassName: 'system-node-critical' };
  const rows: readonly (readonly [string, number, number])[] = [
    ['Guaranteed', score(pod([both('1', '1Gi')])), -997],
    ['BestEffort', score(pod([{}])), 1000],
    ['Burstable with an eighth of the memory', score(pod([request('1Gi')])), 875],
    ['Burstable with next to nothing', score(pod([request('1')])), 999],
    ['Burstable with all of it', score(pod([request('8Gi')])), 3],
    [
      'a sidecar is as safe as the least main container',
      score(pod([request('2Gi'), request('4Gi')], { initContainers: [sidecar] }), false, 2),
      750,
    ],
    [
      'what the whole asks for beyond its containers is shared',
      score(pod([request('1Gi'), request('1Gi')], { resources: request('4Gi') })),
      750,
    ],
    ['a static pod of node-critical class', score(pod([{}], critical), true), -997],
    ['an API pod of that class and priority', score(pod([{}], { ...critical, priority: 2_000_001_000 })), -997],
    ['an API pod of that class without the priority', score(pod([{}], critical)), 1000],
  ];
  for (const [name, actual, expected] of rows) test(name, () => assert.equal(actual, expected));
});
