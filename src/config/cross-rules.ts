import { isEmbedded } from './defaults.ts';
import type { Plain } from './located.ts';
import { shown } from './problem.ts';
import { needsGate, type Rule } from './rules.ts';
import type { Values } from './values.ts';

type Verdict = ReturnType<Rule['judge']>;

function less(path: string, than: string, message: string): Rule {
  return {
    path,
    uses: [than],
    judge: (values) => {
      const [low, high] = [values.number(path), values.number(than)];
      return low < high ? undefined : { expected: `${message} (${high})`, got: String(low) };
    },
  };
}

/** Reports `got` unless the condition holds. */
function unless(holds: boolean, expected: string, got: Plain | undefined): Verdict {
  return holds ? undefined : { expected, got: shown(got ?? null) };
}

function judgeEnforcements(values: Values): Verdict {
  const wanted = values.texts('enforceNodeAllocatable');
  const has = (name: string): boolean => wanted.includes(name);
  const got = shown([...wanted]);
  if (new Set(wanted).size < wanted.length) return { expected: 'each enforcement once', got };
  if (has('none') && wanted.length > 1) return { expected: 'nothing beside none', got };
  for (const [group, field] of [
    ['system-reserved', 'systemReservedCgroup'],
    ['kube-reserved', 'kubeReservedCgroup'],
  ] as const) {
    if (has(group) && has(`${group}-compressible`))
      return { expected: `only one of ${group} and ${group}-compressible`, got };
    const asked = has(group) || has(`${group}-compressible`);
    if (asked && values.text(field) === undefined) return { expected: `${field} to be set for ${group}`, got };
  }
  const enforces = wanted.length > 0 && !has('none');
  if (enforces && !values.bool('cgroupsPerQOS')) return { expected: 'none, as cgroupsPerQOS is false', got };
  return undefined;
}

function judgeReservedMemory(values: Values): Verdict {
  const seen = new Set<string>();
  for (const item of (values.plain('reservedMemory') ?? []) as readonly Readonly<Record<string, Plain>>[]) {
    for (const [type, amount] of Object.entries(item['limits'] ?? {})) {
      const name = `${item['numaNode'] ?? 0}:${type}`;
      if (seen.has(name)) return { expected: 'each kind of memory once a NUMA node', got: `${name} twice` };
      seen.add(name);
      if (/^0+\D*$/.test(String(amount))) return { expected: 'amounts above zero', got: `${name}=${amount}` };
    }
  }
  return undefined;
}

function judgePodNetwork(values: Values): Verdict {
  const network = values.text('network.podCIDR') ?? '';
  const [address = '', length = '0'] = network.split('/');
  const bits = (address.includes(':') ? 128 : 32) - Number(length);
  if (bits < 2) return { expected: 'a network of at least four addresses', got: network };
  const other = values.text('podCIDR');
  const differs = other !== undefined && values.isSet('network.podCIDR') && other.split(',')[0] !== network;
  return differs
    ? { expected: `the same network as podCIDR (${other}); one of the two is enough`, got: network }
    : undefined;
}

function judgeSoftEviction(values: Values): Verdict {
  const graces = values.map('evictionSoftGracePeriod');
  const missing = [...values.map('evictionSoft').keys()].filter((signal) => !graces.has(signal));
  return unless(
    missing.length === 0,
    'a duration in evictionSoftGracePeriod for each signal',
    `none for ${missing.join(', ')}`,
  );
}

function aFolder(path: string): Rule {
  return { path, uses: [], judge: (values) => unless(values.text(path) !== undefined, 'the path of a folder', '') };
}

const runtimeRules: readonly Rule[] = [
  {
    path: 'containerRuntimeEndpoint',
    uses: [],
    judge: (values) =>
      unless(
        !values.isSet('containerRuntimeEndpoint') || values.text('containerRuntimeEndpoint') !== undefined,
        'the address of a unix socket; leave it out for the default',
        '',
      ),
  },
  {
    path: 'imageServiceEndpoint',
    uses: ['containerRuntimeEndpoint'],
    judge: (values, { command }) => {
      const given = values.text('imageServiceEndpoint');
      const fits = given === undefined || !isEmbedded(values, command);
      return unless(
        fits,
        'nothing, as the embedded runtime has its own images; give containerRuntimeEndpoint too',
        given,
      );
    },
  },
  { path: 'network.podCIDR', uses: ['podCIDR'], judge: judgePodNetwork },
  {
    path: 'network.plugins',
    uses: ['network.plugin'],
    judge: (values) => {
      const plugins = values.texts('network.plugins');
      const fits = plugins.some((plugin) => plugin !== 'portmap') || values.text('network.plugin') !== 'cni';
      return unless(fits, 'a chain that begins with a plugin such as bridge', [...plugins]);
    },
  },
  ...['--root-dir', 'runDir'].map(aFolder),
  {
    path: 'serializeImagePulls',
    uses: ['maxParallelImagePulls'],
    judge: (values) => {
      const most = values.plain('maxParallelImagePulls');
      const fits = !values.bool('serializeImagePulls') || typeof most !== 'number' || most < 2;
      return unless(fits, `false, as maxParallelImagePulls is ${most}`, true);
    },
  },
];

const nodeRules: readonly Rule[] = [
  less('imageGCLowThresholdPercent', 'imageGCHighThresholdPercent', 'less than imageGCHighThresholdPercent'),
  {
    path: 'imageMaximumGCAge',
    uses: ['imageMinimumGCAge'],
    judge: (values) => {
      const [most, least] = [values.duration('imageMaximumGCAge'), values.duration('imageMinimumGCAge')];
      return unless(
        most === 0 || most > least,
        '0s, or more than imageMinimumGCAge',
        values.plain('imageMaximumGCAge'),
      );
    },
  },
  {
    path: 'systemCgroups',
    uses: ['cgroupRoot'],
    judge: (values) => {
      const fits = values.text('systemCgroups') === undefined || values.text('cgroupRoot') !== undefined;
      return unless(fits, 'cgroupRoot to be set as well', values.plain('systemCgroups'));
    },
  },
  {
    path: 'enforceNodeAllocatable',
    uses: ['systemReservedCgroup', 'kubeReservedCgroup', 'cgroupsPerQOS'],
    judge: judgeEnforcements,
  },
  {
    path: 'reservedSystemCPUs',
    uses: ['systemReservedCgroup', 'kubeReservedCgroup'],
    judge: (values) => {
      const cgroups = ['systemReservedCgroup', 'kubeReservedCgroup'].filter((path) => values.text(path) !== undefined);
      const cpus = values.text('reservedSystemCPUs');
      return unless(cpus === undefined || cgroups.length === 0, `nothing beside ${cgroups.join(' and ')}`, cpus);
    },
  },
  { path: 'reservedMemory', uses: [], judge: judgeReservedMemory },
  { path: 'evictionSoft', uses: ['evictionSoftGracePeriod'], judge: judgeSoftEviction },
  needsGate('qosReserved', 'QOSReserved'),
  needsGate('memoryThrottlingFactor', 'MemoryQoS'),
  needsGate('memoryReservationPolicy', 'MemoryQoS'),
];

const podRules: readonly Rule[] = [
  {
    path: 'shutdownGracePeriodCriticalPods',
    uses: ['shutdownGracePeriod'],
    judge: (values) => {
      const fits = values.duration('shutdownGracePeriodCriticalPods') <= values.duration('shutdownGracePeriod');
      return unless(fits, 'at most shutdownGracePeriod', values.plain('shutdownGracePeriodCriticalPods'));
    },
  },
  {
    path: 'shutdownGracePeriodByPodPriority',
    uses: ['shutdownGracePeriod', 'shutdownGracePeriodCriticalPods'],
    judge: (values) => {
      const given = values.plain('shutdownGracePeriodByPodPriority');
      const alone =
        values.duration('shutdownGracePeriod') === 0 && values.duration('shutdownGracePeriodCriticalPods') === 0;
      return unless(alone || shown(given) === '[]', 'nothing beside shutdownGracePeriod', given);
    },
  },
  {
    path: 'preloadedImagesVerificationAllowlist',
    uses: ['imagePullCredentialsVerificationPolicy'],
    judge: (values) => {
      const given = values.texts('preloadedImagesVerificationAllowlist');
      const fits = values.text('imagePullCredentialsVerificationPolicy') === 'NeverVerifyAllowlistedImages';
      return unless(fits || given.length === 0, 'nothing, as the policy is not NeverVerifyAllowlistedImages', [
        ...given,
      ]);
    },
  },
  {
    path: 'userNamespaces.idsPerPod',
    uses: [],
    judge: (values) => {
      const ids = values.number('userNamespaces.idsPerPod');
      return unless(ids % 65_536 === 0, 'a multiple of 65536', ids);
    },
  },
  needsGate('cpuCFSQuotaPeriod', 'CustomCPUCFSQuotaPeriod'),
  needsGate('crashLoopBackOff.maxContainerRestartPeriod', 'KubeletCrashLoopBackOffMax'),
  needsGate('shutdownGracePeriod', 'GracefulNodeShutdown'),
  needsGate('shutdownGracePeriodCriticalPods', 'GracefulNodeShutdown'),
  needsGate('shutdownGracePeriodByPodPriority', 'GracefulNodeShutdownBasedOnPodPriority'),
  needsGate('imagePullCredentialsVerificationPolicy', 'KubeletEnsureSecretPulledImages'),
];

const serverRules: readonly Rule[] = [
  {
    path: 'enableSystemLogQuery',
    uses: ['enableSystemLogHandler'],
    judge: (values) => {
      const fits = !values.bool('enableSystemLogQuery') || values.bool('enableSystemLogHandler');
      return unless(fits, 'false, as enableSystemLogHandler is false', true);
    },
  },
  {
    path: 'logging.vmodule',
    uses: ['logging.format'],
    judge: (values) => {
      const fits = values.text('logging.format') !== 'json' || shown(values.plain('logging.vmodule')) === '[]';
      return unless(fits, 'nothing with the format json', values.plain('logging.vmodule'));
    },
  },
  needsGate('serverTLSBootstrap', 'RotateKubeletServerCertificate'),
  ...['text', 'json'].flatMap((format) => [
    needsGate(`logging.options.${format}.splitStream`, 'LoggingAlphaOptions'),
    needsGate(`logging.options.${format}.infoBufferSize`, 'LoggingAlphaOptions'),
  ]),
];

/** Every condition that joins several values. */
export const crossRules: readonly Rule[] = [...runtimeRules, ...nodeRules, ...podRules, ...serverRules];
