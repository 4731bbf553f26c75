import { list, mapOf, struct } from './composite-types.ts';
import { accepted, acts, actsAs, type FieldRow, refused } from './field.ts';
import { amountOrPercent, cidrs, cpuSet, duration, percent, quantity } from './kube-types.ts';
import type { Plain } from './located.ts';
import { bool, float, int, nullable, oneOf, scalar, text, textThat } from './value-type.ts';

const noCluster = 'nodelet runs without an API server so far; this concerns the Node object';
const noEviction = 'nodelet does not evict pods yet';
const noManagers = 'nodelet assigns no exclusive CPUs, memory or devices yet; pods run as under the policy none';
const noImageCollection = 'nodelet does not collect unused images yet';

const signals: readonly string[] = [
  'memory.available',
  'allocatableMemory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
  'containerfs.available',
  'containerfs.inodesFree',
  'pid.available',
];
const bySignal = { keys: signals, key: 'an eviction signal' };
const resources = { keys: ['cpu', 'memory', 'ephemeral-storage', 'pid'], key: 'a resource' };

/** What is applied when evictionHard is not set, and to signals left out with mergeDefaultEvictionSettings. */
export const defaultEvictionHard: Readonly<Record<string, string>> = {
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
};

const enforcements: readonly string[] = [
  'none',
  'pods',
  'system-reserved',
  'system-reserved-compressible',
  'kube-reserved',
  'kube-reserved-compressible',
];

function onlyPodsEnforced(value: Plain): string | undefined {
  const others = Array.isArray(value) ? value.filter((item) => item !== 'pods' && item !== 'none') : [];
  if (others.length === 0) return undefined;
  return `${others.join(', ')}: the cgroups of the system and of Kubernetes are not limited yet, only that of pods`;
}

function oneNetwork(value: Plain): string | undefined {
  const isPair = typeof value === 'string' && value.includes(',');
  return isPair ? 'pods get addresses of the first network only' : undefined;
}

const memoryReservation = struct(
  {
    numaNode: int({ min: 0 }),
    limits: mapOf(quantity, { key: 'memory or hugepages-<size>', isKey: (key) => /^(memory$|hugepages-.)/.test(key) }),
  },
  {
    name: 'MemoryReservation',
    parse: (value) => {
      const found = /^(\d+):(.+)$/.exec(value);
      if (found === null) return undefined;
      const pairs = (found[2] ?? '').split(',').map((pair) => pair.split('='));
      if (pairs.some((pair) => pair.length !== 2)) return undefined;
      return {
        numaNode: Number(found[1]),
        limits: Object.fromEntries(pairs.map(([key, amount]) => [key ?? '', amount ?? ''])),
      };
    },
  },
);

const taint = struct(
  {
    key: textThat('string', 'a label key', (key) =>
      /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(key),
    ),
    value: text,
    effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
    timeAdded: scalar({
      name: 'time',
      expected: 'nothing: the time is set by whoever adds the taint',
      accept: () => undefined,
    }),
  },
  {
    name: 'Taint',
    required: ['key', 'effect'],
    parse: (flag) => {
      const found = /^([^=:]+)(?:=([^:]*))?:(\w+)$/.exec(flag);
      if (found === null) return undefined;
      const [, key = '', value, effect = ''] = found;
      return { key, ...(value === undefined ? {} : { value }), effect };
    },
  },
);

/** The node as such: its capacity and what is reserved, evicted, assigned and registered. */
export const nodeRows: readonly FieldRow[] = [
  ['maxPods', int({ min: 0 }), 110, acts],
  ['podsPerCore', int({ min: 0 }), 0, acts],
  ['systemReserved', mapOf(quantity, resources), {}, acts],
  ['kubeReserved', mapOf(quantity, resources), {}, acts],
  ['reservedSystemCPUs', cpuSet, '', accepted(noManagers)],
  ['systemReservedCgroup', text, '', accepted('the cgroup of the system is not limited yet')],
  ['kubeReservedCgroup', text, '', accepted('the cgroup of Kubernetes is not limited yet')],
  ['enforceNodeAllocatable', list(oneOf(enforcements)), ['pods'], actsAs('`pods` and `none` act', onlyPodsEnforced)],
  ['failSwapOn', nullable(bool), true, actsAs('`nodelet up` has false as its default: a desktop has swap')],
  ['failCgroupV1', nullable(bool), true, actsAs('`nodelet up` has false as its default')],
  ['memorySwap.swapBehavior', oneOf(['', 'NoSwap', 'LimitedSwap']), '', accepted('pods get no swap')],
  [
    'oomScoreAdj',
    nullable(int({ min: -1000, max: 1000 })),
    -999,
    accepted('the service unit sets it: OOMScoreAdjust='),
  ],
  [
    'maxOpenFiles',
    int({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    1_000_000,
    accepted('the service unit sets it: LimitNOFILE='),
  ],
  ['protectKernelDefaults', bool, false, accepted('nodelet does not touch kernel tunables yet')],
  ['providerID', text, '', accepted(noCluster)],
  [
    'podCIDR',
    cidrs,
    '',
    actsAs('the network of the embedded runtime, like `network.podCIDR`; an external runtime is not told', oneNetwork),
  ],
  ['localStorageCapacityIsolation', nullable(bool), true, accepted(noEviction)],

  [
    'evictionHard',
    mapOf(amountOrPercent, { ...bySignal, between: '<' }),
    defaultEvictionHard,
    actsAs('subtracted from allocatable; nothing is evicted yet. The default also holds without --config'),
  ],
  ['mergeDefaultEvictionSettings', nullable(bool), false, actsAs('for evictionHard')],
  ['evictionSoft', mapOf(amountOrPercent, { ...bySignal, between: '<' }), {}, accepted(noEviction)],
  ['evictionSoftGracePeriod', mapOf(duration(), bySignal), {}, accepted(noEviction)],
  ['evictionMinimumReclaim', mapOf(amountOrPercent, bySignal), {}, accepted(noEviction)],
  ['evictionPressureTransitionPeriod', duration(), '5m0s', accepted(noEviction)],
  ['evictionMaxPodGracePeriod', int(), 0, accepted(noEviction)],
  ['kernelMemcgNotification', bool, false, accepted(noEviction)],

  ['imageMinimumGCAge', duration(), '2m0s', accepted(noImageCollection)],
  ['imageMaximumGCAge', duration(), '0s', accepted(noImageCollection)],
  ['imageGCHighThresholdPercent', nullable(int({ min: 0, max: 100 })), 85, accepted(noImageCollection)],
  ['imageGCLowThresholdPercent', nullable(int({ min: 0, max: 100 })), 80, accepted(noImageCollection)],

  ['cpuManagerPolicy', oneOf(['none', 'static']), 'none', accepted(noManagers)],
  [
    'cpuManagerPolicyOptions',
    mapOf(text, {
      keys: [
        'full-pcpus-only',
        'distribute-cpus-across-numa',
        'align-by-socket',
        'distribute-cpus-across-cores',
        'strict-cpu-reservation',
        'prefer-align-cpus-by-uncorecache',
      ],
      key: 'an option',
    }),
    {},
    accepted(noManagers),
  ],
  ['cpuManagerReconcilePeriod', duration(), '10s', accepted(noManagers)],
  ['memoryManagerPolicy', oneOf(['None', 'Static']), 'None', accepted(noManagers)],
  ['reservedMemory', list(memoryReservation, { separator: ';' }), [], accepted(noManagers)],
  [
    'topologyManagerPolicy',
    oneOf(['none', 'best-effort', 'restricted', 'single-numa-node']),
    'none',
    accepted(noManagers),
  ],
  ['topologyManagerScope', oneOf(['container', 'pod']), 'container', accepted(noManagers)],
  [
    'topologyManagerPolicyOptions',
    mapOf(text, {
      keys: ['prefer-closest-numa-nodes', 'max-allowable-numa-nodes'],
      key: 'an option',
    }),
    {},
    accepted(noManagers),
  ],
  [
    'qosReserved',
    mapOf(percent, { keys: ['memory'], key: 'a resource' }),
    {},
    accepted('needs the gate QOSReserved; nothing is held back yet'),
  ],
  [
    'memoryThrottlingFactor',
    nullable(float({ min: Number.MIN_VALUE, max: 1, expected: 'a number above 0, at most 1' })),
    0.9,
    accepted('memory.high is not set yet'),
  ],
  [
    'memoryReservationPolicy',
    oneOf(['None', 'TieredReservation']),
    'None',
    accepted('memory.min and memory.low are not set yet'),
  ],

  ['registerNode', nullable(bool), true, accepted(noCluster)],
  ['registerWithTaints', list(taint), [], accepted(noCluster)],
  ['nodeStatusUpdateFrequency', duration(), '10s', accepted(noCluster)],
  ['nodeStatusReportFrequency', duration(), '5m0s', accepted(noCluster)],
  ['nodeStatusMaxImages', nullable(int({ min: -1 })), 50, accepted(noCluster)],
  ['nodeLeaseDurationSeconds', int({ min: 1 }), 40, accepted(noCluster)],
  ['runOnce', bool, false, refused('a run that ends by itself was taken out of Kubernetes; leave it out')],
];
