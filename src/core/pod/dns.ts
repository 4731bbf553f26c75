import type { DnsConfig, Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { isV6 } from './addresses.ts';
import type { SandboxConfig } from './runtime-config.ts';

// What the resolvers of C libraries read; the rest of a longer file would be ignored, or abort the program.
const mostServers = 3;
const mostSearches = 32;
const longestSearch = 253;
const longestSearchLine = 2048;

type Dns = NonNullable<SandboxConfig['dns']>;

/** The resolver settings of a pod by its dnsPolicy, with its dnsConfig on top, cut to what resolvers read. */
export function podDns(pod: Pod, node: NodeView): Dns {
  const { servers, searches, options } = withPodConfig(byPolicy(pod, node), pod.spec.dnsConfig);
  return { servers: servers.slice(0, mostServers), searches: fittingSearches(searches), options };
}

function byPolicy(pod: Pod, node: NodeView): Dns {
  const { clusterServers, clusterDomain } = node.dns;
  const policy = pod.spec.dnsPolicy;
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec.hostNetwork);
  // Without a cluster DNS server such a pod gets the host's settings, rather than none.
  if (!cluster || clusterServers.length === 0) return hostDns(node);
  return {
    servers: clusterServers,
    searches: clusterSearches(pod.metadata.namespace, clusterDomain, node.dns.host.searches),
    options: ['ndots:5'],
  };
}

/** What the host has; a host that has nothing leaves the pod with its own loopback, not with the runtime's guess. */
function hostDns(node: NodeView): Dns {
  const { servers, searches, options } = node.dns.host;
  if (servers.length + searches.length + options.length > 0) return node.dns.host;
  return { servers: [isV6(node.ips[0] ?? '') ? '::1' : '127.0.0.1'], searches: ['.'], options: [] };
}

function clusterSearches(namespace: string, domain: string, host: readonly string[]): readonly string[] {
  if (domain === '') return host;
  return unique([`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host]);
}

function withPodConfig(base: Dns, config: DnsConfig | undefined): Dns {
  if (config === undefined) return base;
  return {
    servers: unique([...base.servers, ...(config.nameservers ?? [])]),
    searches: unique([...base.searches, ...(config.searches ?? [])]),
    options: mergedOptions(base.options, config.options ?? []),
  };
}

/** Options by name: a later one replaces the value of an earlier one and keeps its place. */
function mergedOptions(base: readonly string[], added: NonNullable<DnsConfig['options']>): readonly string[] {
  const values = new Map<string, string>();
  for (const option of base) {
    const colon = option.indexOf(':');
    if (colon < 0) values.set(option, '');
    else values.set(option.slice(0, colon), option.slice(colon + 1));
  }
  for (const { name, value } of added) values.set(name, value ?? '');
  return [...values].map(([name, value]) => (value === '' ? name : `${name}:${value}`));
}

function fittingSearches(searches: readonly string[]): readonly string[] {
  const kept = searches.slice(0, mostSearches).filter((search) => search.length <= longestSearch);
  while (kept.join(' ').length > longestSearchLine) kept.pop();
  return kept;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
