import { type Config, type EvictionThreshold, nodeName, podCapacity } from '../../config/config.ts';
import { allocatable } from '../../core/node/allocatable.ts';
import type { NodeView } from '../../core/node/view.ts';
import type { Bytes } from '../../lib/brand.ts';
import type { MachineFacts } from '../../ports/machine.ts';
import type { KubepodsLimits } from './qos-tree.ts';

/** What the agent reads of the configuration. */
export type AgentConfig = Pick<Config, 'node' | 'dirs' | 'pods' | 'images' | 'cgroups' | 'reserved'>;

const hostLogs = '/var/log/pods';

/** The node as pod planning sees it: the machine's facts under the configuration. */
export function nodeView(config: AgentConfig, facts: MachineFacts, runtimeName: string): NodeView {
  const { dirs, pods, cgroups } = config;
  const { cpu, memory, ephemeralStorage } = allocatableOf(config, facts);
  return {
    name: nodeName(config.node, facts.hostname),
    ips: nodeIps(config.node.ips, facts.ips),
    directories: {
      pods: `${dirs.root}/pods`,
      podLogs: dirs.podLogs,
      containerLogs: containerLogs(dirs.podLogs),
      seccomp: `${dirs.root}/seccomp`,
    },
    cgroups: {
      version: facts.cgroupVersion,
      root: `${cgroups.root === '/' ? '' : cgroups.root}/kubepods`,
      ...(cgroups.podPidsLimit === undefined ? {} : { podPidsLimit: cgroups.podPidsLimit }),
    },
    memoryCapacity: facts.memory,
    allocatable: { cpu, memory, ephemeralStorage, pods: podCapacity(config.node, Math.floor(facts.cpu / 1000)) },
    dns: {
      clusterServers: pods.clusterDns,
      clusterDomain: pods.clusterDomain,
      host: resolvConf(pods.resolvConf === '' ? '' : facts.resolvConf),
    },
    seccompDefault: pods.seccompDefault,
    cpuCfsQuota: cgroups.cpuCfsQuota,
    cpuCfsQuotaPeriodMicros: Math.round(cgroups.cpuCfsQuotaPeriod * 1000),
    runtimeName,
    labels: {
      'kubernetes.io/hostname': nodeName(config.node, facts.hostname),
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': facts.architecture,
    },
    hostsFile: facts.hostsFile,
    mayLowerOomScore: facts.mayLowerOomScore,
  };
}

/** What the pods' root cgroup is held to: the capacity without what is reserved; eviction comes before that limit. */
export function kubepodsLimits({ cgroups, reserved }: AgentConfig, facts: MachineFacts): KubepodsLimits {
  const rest = allocatable(capacityOf(facts), [reserved.kube, reserved.system]);
  return { cpu: rest.cpu, memory: cgroups.enforcePods ? rest.memory : -1 };
}

function allocatableOf({ reserved }: AgentConfig, facts: MachineFacts): ReturnType<typeof allocatable> {
  const kept = {
    memory: amountOf(reserved.evictionHard, 'memory.available', facts.memory),
    ephemeralStorage: amountOf(reserved.evictionHard, 'nodefs.available', facts.rootFs.bytes),
  };
  return allocatable(capacityOf(facts), [reserved.kube, reserved.system, kept]);
}

function capacityOf({ cpu, memory, rootFs }: MachineFacts): ReturnType<typeof allocatable> {
  return { cpu, memory, ephemeralStorage: rootFs.bytes };
}

function amountOf(thresholds: readonly EvictionThreshold[], signal: EvictionThreshold['signal'], of: Bytes): Bytes {
  const threshold = thresholds.find((each) => each.signal === signal);
  if (threshold === undefined) return 0 as Bytes;
  return ('amount' in threshold ? threshold.amount : Math.round((of * threshold.percent) / 100)) as Bytes;
}

// "0.0.0.0" and "::" only say which family comes first.
function nodeIps(configured: readonly string[], found: readonly string[]): readonly string[] {
  const fixed = configured.filter((ip) => ip !== '0.0.0.0' && ip !== '::');
  if (fixed.length > 0) return fixed;
  const wantsV6 = configured.includes('::');
  return found.toSorted((a, b) => Number(b.includes(':') === wantsV6) - Number(a.includes(':') === wantsV6));
}

// Log shippers look in /var/log/containers; a pod log folder elsewhere has its links beside it.
function containerLogs(podLogs: string): string {
  if (podLogs === hostLogs) return '/var/log/containers';
  return `${podLogs.slice(0, podLogs.lastIndexOf('/'))}/containers`;
}

/** The lines of resolv.conf that pods inherit; the last `search` counts, as in the resolver. */
export function resolvConf(text: string): NodeView['dns']['host'] {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...values] = line.trim().split(/\s+/);
    if (word === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    if (word === 'search') searches = values.filter((value) => value !== '.');
    if (word === 'options') options = values;
  }
  return { servers, searches, options };
}
