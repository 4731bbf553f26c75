import type { Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';

/**
 * The pod's addresses as the API and its containers see them: at most one a family, the node's primary family first.
 *
 * A pod on the host's network has the node's own. `sandboxIps` is what the runtime told, in any order and number.
 */
export function podAddresses(pod: Pod, sandboxIps: readonly string[], node: NodeView): readonly string[] {
  const ips = pod.spec.hostNetwork ? node.ips : sandboxIps;
  const v6First = isV6(node.ips[0] ?? '');
  const first = ips.find((ip) => isV6(ip) === v6First);
  const second = ips.find((ip) => isV6(ip) !== v6First);
  return [first, second].filter((ip) => ip !== undefined);
}

/** True for an IPv6 address; the text is known to be an address. */
export function isV6(ip: string): boolean {
  return ip.includes(':');
}
