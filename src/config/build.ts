import { join, resolve } from 'node:path/posix';
import { quantityMilli, quantityValue } from '../kube/quantity.ts';
import { assert } from '../lib/assert.ts';
import type { Bytes, MilliCpu } from '../lib/brand.ts';
import type {
  CgroupsConfig,
  Config,
  DirsConfig,
  EvictionSignal,
  EvictionThreshold,
  HealthConfig,
  ImagesConfig,
  NetworkConfig,
  NodeConfig,
  PodsConfig,
  ReservedAmounts,
  RuntimeConfig,
} from './config.ts';
import { type Command, isEmbedded } from './defaults.ts';
import { percentOf } from './kube-types.ts';
import type { Values } from './values.ts';

/** What the command line has besides flags. */
export interface Invocation {
  readonly command: Command;
  /** Files and folders of manifests. */
  readonly manifestPaths: readonly string[];
  readonly workingDirectory: string;
}

/** The typed configuration of valid values, frozen all the way down. */
export function buildConfig(values: Values, invocation: Invocation): Config {
  return deepFreeze({
    node: nodeOf(values),
    dirs: dirsOf(values),
    runtime: runtimeOf(values, invocation.command),
    network: networkOf(values),
    pods: podsOf(values, invocation),
    images: imagesOf(values),
    cgroups: cgroupsOf(values),
    reserved: {
      kube: amountsOf(values, 'kubeReserved'),
      system: amountsOf(values, 'systemReserved'),
      evictionHard: thresholdsOf(values, 'evictionHard'),
    },
    logging: {
      format: values.text('logging.format') === 'json' ? 'json' : 'text',
      verbosity: values.number('logging.verbosity'),
    },
    health: healthOf(values),
  });
}

function nodeOf(values: Values): NodeConfig {
  const name = values.text('--hostname-override')?.trim().toLowerCase();
  const ips = values.text('--node-ip')?.split(',') ?? [];
  return {
    ...present('nameOverride', name),
    ips: ips.map((address) => address.trim()),
    maxPods: values.number('maxPods'),
    podsPerCore: values.number('podsPerCore'),
    failSwapOn: values.bool('failSwapOn'),
    failCgroupV1: values.bool('failCgroupV1'),
  };
}

function dirsOf(values: Values): DirsConfig {
  const run = values.text('runDir') ?? '';
  return {
    root: values.text('--root-dir') ?? '',
    run,
    controlSocket: join(run, 'nodelet.sock'),
    podLogs: values.text('podLogsDir') ?? '',
  };
}

function runtimeOf(values: Values, command: Command): RuntimeConfig {
  const requestTimeout = values.duration('runtimeRequestTimeout');
  const endpoint = values.text('containerRuntimeEndpoint') ?? '';
  const imageEndpoint = values.text('imageServiceEndpoint') ?? endpoint;
  if (!isEmbedded(values, command)) return { kind: 'external', endpoint, imageEndpoint, requestTimeout };
  const restrict = values.plain('runtime.restrictOOMScoreAdj');
  return {
    kind: 'embedded',
    ...present('containerdPath', values.text('runtime.containerdPath')),
    ...present('runcPath', values.text('runtime.runcPath')),
    rootDir: values.text('runtime.rootDir') ?? '',
    stateDir: values.text('runtime.stateDir') ?? '',
    sandboxImage: values.text('runtime.sandboxImage') ?? '',
    restrictOomScoreAdj: typeof restrict === 'boolean' ? restrict : 'auto',
    oomScore: values.number('runtime.oomScore'),
    requestTimeout,
  };
}

function networkOf(values: Values): NetworkConfig {
  const hostPorts = values.bool('network.hostPorts');
  return {
    plugin: values.text('network.plugin') === 'cni' ? 'cni' : 'none',
    cniConfDir: values.text('network.cniConfDir') ?? '',
    ...present('cniBinDir', values.text('network.cniBinDir')),
    podCidr: values.text('network.podCIDR') ?? '',
    bridge: values.text('network.bridge') ?? '',
    plugins: values.texts('network.plugins').filter((plugin) => hostPorts || plugin !== 'portmap'),
    hostPorts,
  };
}

function podsOf(values: Values, invocation: Invocation): PodsConfig {
  const staticPodPath = values.text('staticPodPath');
  const given = invocation.manifestPaths.map((path) => resolve(invocation.workingDirectory, path));
  return {
    manifestPaths: staticPodPath === undefined ? given : [...given, staticPodPath],
    ...(invocation.command === 'run' ? { staticPods: true } : {}),
    fileCheckFrequency: values.duration('fileCheckFrequency'),
    clusterDns: values.texts('clusterDNS'),
    clusterDomain: values.text('clusterDomain') ?? '',
    resolvConf: values.text('resolvConf') ?? '',
    seccompDefault: values.bool('seccompDefault'),
    startSlots: values.number('startSlots'),
  };
}

function imagesOf(values: Values): ImagesConfig {
  if (values.bool('serializeImagePulls')) return { parallelPulls: 1 };
  const most = values.plain('maxParallelImagePulls');
  return { parallelPulls: typeof most === 'number' ? most : Number.POSITIVE_INFINITY };
}

function cgroupsOf(values: Values): CgroupsConfig {
  const pids = values.number('podPidsLimit');
  assert(values.text('cgroupDriver') === 'cgroupfs', 'a cgroup driver that the table refuses got through');
  return {
    root: values.text('cgroupRoot') ?? '',
    driver: 'cgroupfs',
    perQos: values.bool('cgroupsPerQOS'),
    enforcePods: values.texts('enforceNodeAllocatable').includes('pods'),
    cpuCfsQuota: values.bool('cpuCFSQuota'),
    cpuCfsQuotaPeriod: values.duration('cpuCFSQuotaPeriod'),
    ...present('podPidsLimit', pids < 0 ? undefined : pids),
  };
}

function healthOf(values: Values): HealthConfig {
  const port = values.number('healthzPort');
  return { address: values.text('healthzBindAddress') ?? '', ...present('port', port === 0 ? undefined : port) };
}

function amountsOf(values: Values, path: string): ReservedAmounts {
  const amounts = values.map(path);
  const text = (resource: string): string => String(amounts.get(resource) ?? '0');
  return {
    cpu: (quantityMilli(text('cpu')) ?? 0) as MilliCpu,
    memory: (quantityValue(text('memory')) ?? 0) as Bytes,
    ephemeralStorage: (quantityValue(text('ephemeral-storage')) ?? 0) as Bytes,
    pids: quantityValue(text('pid')) ?? 0,
  };
}

function thresholdsOf(values: Values, path: string): readonly EvictionThreshold[] {
  return [...values.map(path)].map(([name, value]) => {
    const signal = name as EvictionSignal;
    const percent = percentOf(String(value));
    return percent === undefined ? { signal, amount: quantityValue(String(value)) ?? 0 } : { signal, percent };
  });
}

/** A field that is there only when its value is. */
function present<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: Value };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
