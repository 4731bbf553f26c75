import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ContainerPort, Pod, PodSpec } from '../../kube/pod.ts';
import type { NodeSelectorRequirement } from '../../kube/scheduling.ts';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import { containerSpec, nodeView, podSpec } from '../../testing/specs.ts';
import { admit } from './admit.ts';
import { allocatable } from './allocatable.ts';

const node = nodeView({
  labels: { zone: 'a', cores: '8' },
  allocatable: { cpu: 2000 as MilliCpu, memory: 1000 as Bytes, ephemeralStorage: 50 as Bytes, pods: 2 },
});

function asking(cpu: string, memory = '0', storage = '0'): Pod {
  const requests = { cpu, memory, 'ephemeral-storage': storage };
  return podSpec({ containers: [containerSpec('c', { resources: { requests } })] });
}

function on(port: Partial<ContainerPort>): Pod {
  const ports = [{ containerPort: 1, protocol: 'TCP' as const, ...port }];
  return podSpec({ containers: [containerSpec('c', { ports })] }, { name: 'other' });
}

function where(spec: Partial<PodSpec>): Pod {
  return podSpec(spec);
}

function required(...expressions: readonly NodeSelectorRequirement[]): Partial<PodSpec> {
  const terms = [{ matchExpressions: expressions }];
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
  };
}

type Row = readonly [name: string, pod: Pod, others: readonly Pod[], reason: string | undefined];

suite('admit()', () => {
  const rows: readonly Row[] = [
    ['a pod that asks for nothing', podSpec(), [], undefined],
    ['one pod too many', podSpec(), [podSpec(), podSpec()], 'OutOfpods'],
    ['the last CPU', asking('1500m'), [asking('500m')], undefined],
    ['more than the last CPU', asking('1501m'), [asking('500m')], 'OutOfcpu'],
    ['a pod without requests on a full node', podSpec(), [asking('2000m')], undefined],
    ['too much memory', asking('0', '1001'), [], 'OutOfmemory'],
    ['too much storage', asking('0', '0', '51'), [], 'OutOfephemeral-storage'],
    ['the right name', where({ nodeName: 'node1' }), [], undefined],
    ['another name', where({ nodeName: 'node2' }), [], 'NodeName'],
    ['a label that it has', where({ nodeSelector: { zone: 'a' } }), [], undefined],
    ['a label that it has not', where({ nodeSelector: { zone: 'b' } }), [], 'NodeAffinity'],
    ['In', where(required({ key: 'zone', operator: 'In', values: ['b', 'a'] })), [], undefined],
    ['NotIn', where(required({ key: 'zone', operator: 'NotIn', values: ['a'] })), [], 'NodeAffinity'],
    [
      'NotIn of a label that it has not',
      where(required({ key: 'x', operator: 'NotIn', values: ['a'] })),
      [],
      undefined,
    ],
    ['Exists', where(required({ key: 'zone', operator: 'Exists' })), [], undefined],
    ['DoesNotExist', where(required({ key: 'zone', operator: 'DoesNotExist' })), [], 'NodeAffinity'],
    ['Gt', where(required({ key: 'cores', operator: 'Gt', values: ['7'] })), [], undefined],
    ['Lt', where(required({ key: 'cores', operator: 'Lt', values: ['8'] })), [], 'NodeAffinity'],
    ['Gt of no number', where(required({ key: 'zone', operator: 'Gt', values: ['1'] })), [], 'NodeAffinity'],
    ['a term of nothing', where(required()), [], 'NodeAffinity'],
    ['a port that is free', on({ hostPort: 80 }), [on({ hostPort: 81 })], undefined],
    ['a port that is held', on({ hostPort: 80 }), [on({ hostPort: 80 })], 'NodePorts'],
    ['a port held by another protocol', on({ hostPort: 80 }), [on({ hostPort: 80, protocol: 'UDP' })], undefined],
    [
      'a port held on another address',
      on({ hostPort: 80, hostIP: '1.1.1.1' }),
      [on({ hostPort: 80, hostIP: '1.1.1.2' })],
      undefined,
    ],
    ['a port held on every address', on({ hostPort: 80, hostIP: '1.1.1.1' }), [on({ hostPort: 80 })], 'NodePorts'],
    [
      'a safe sysctl',
      where({ securityContext: { sysctls: [{ name: 'net/ipv4/tcp_syncookies', value: '1' }] } }),
      [],
      undefined,
    ],
    [
      'an unsafe sysctl',
      where({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      [],
      'SysctlForbidden',
    ],
    [
      'a sysctl of the network that is the host’s',
      where({ hostNetwork: true, securityContext: { sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] } }),
      [],
      'SysctlForbidden',
    ],
  ];
  for (const [name, pod, others, reason] of rows) {
    test(`${name}: ${reason ?? 'admitted'}`, () => {
      const admission = admit(pod, others, node);
      assert.equal(admission.kind === 'rejected' ? admission.reason : undefined, reason, JSON.stringify(admission));
    });
  }

  test('gives the figures', () => {
    const cpu = admit(asking('1501m'), [asking('500m')], node);
    assert.ok(cpu.kind === 'rejected' && /requested: 1501, used: 500, capacity: 2000/.test(cpu.message));
    const port = admit(on({ hostPort: 80 }), [on({ hostPort: 80 })], node);
    assert.ok(port.kind === 'rejected' && /0\.0\.0\.0:80\/TCP is held by pod default\/other/.test(port.message));
  });
});

suite('allocatable()', () => {
  const capacity = { cpu: 2000 as MilliCpu, memory: 1000 as Bytes, ephemeralStorage: 500 as Bytes };

  test('is the capacity less all that is set aside', () => {
    const system = { cpu: 100 as MilliCpu, memory: 200 as Bytes };
    const eviction = { memory: 100 as Bytes, ephemeralStorage: 50 as Bytes };
    assert.deepEqual(allocatable(capacity, [system, eviction]), { cpu: 1900, memory: 700, ephemeralStorage: 450 });
  });

  test('is never below nothing', () => {
    assert.equal(allocatable(capacity, [{ memory: 2000 as Bytes }]).memory, 0);
  });
});
