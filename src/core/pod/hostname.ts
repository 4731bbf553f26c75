import type { Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';

/** The kernel's host name holds 64 bytes, one of them the end mark. */
const longestHostname = 63;

/** The short name of the pod's host, and its domain when the pod has a subdomain (else empty). */
export function hostname(pod: Pod, node: NodeView): { readonly name: string; readonly domain: string } {
  const { metadata, spec } = pod;
  const wanted = spec.hostname === undefined || spec.hostname === '' ? metadata.name : spec.hostname;
  const hasDomain = spec.subdomain !== undefined && spec.subdomain !== '';
  return {
    name: shortened(wanted),
    domain: hasDomain ? `${spec.subdomain}.${metadata.namespace}.svc.${node.dns.clusterDomain}` : '',
  };
}

function shortened(name: string): string {
  if (name.length <= longestHostname) return name;
  return name.slice(0, longestHostname).replace(/[-.]+$/, '');
}
