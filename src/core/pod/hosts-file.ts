import type { Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { hostname } from './hostname.ts';

// Programs look at this first line to tell whether they may edit the file, so it is the one that Kubernetes has.
const header = '# Kubernetes-managed hosts file.\n';
const hostNetworkHeader = '# Kubernetes-managed hosts file (host network).\n';

const loopback: readonly (readonly [string, string])[] = [
  ['127.0.0.1', 'localhost'],
  ['::1', 'localhost ip6-localhost ip6-loopback'],
  ['fe00::0', 'ip6-localnet'],
  ['fe00::0', 'ip6-mcastprefix'],
  ['fe00::1', 'ip6-allnodes'],
  ['fe00::2', 'ip6-allrouters'],
];

/** The /etc/hosts of a pod with these addresses; a pod on the host's network gets a copy of the node's. */
export function hostsFile(pod: Pod, ips: readonly string[], node: NodeView): string {
  if (pod.spec.hostNetwork) return hostNetworkHeader + node.hostsFile + aliases(pod);
  const { name, domain } = hostname(pod, node);
  const names = domain === '' ? name : `${name}.${domain}\t${name}`;
  return header + lines(loopback) + lines(ips.map((ip) => [ip, names])) + aliases(pod);
}

function aliases(pod: Pod): string {
  const entries = pod.spec.hostAliases ?? [];
  if (entries.length === 0) return '';
  return `\n# Entries added by HostAliases.\n${lines(entries.map(({ ip, hostnames }) => [ip, hostnames.join('\t')]))}`;
}

function lines(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([ip, names]) => `${ip}\t${names}\n`).join('');
}
