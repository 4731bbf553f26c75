import type { Pod } from '../../kube/pod.ts';

// Sysctls that have a namespace of their own and cannot harm the node or its neighbours.
const safe: ReadonlySet<string> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** A sysctl's name with dots between its parts; with slashes first, a dot belongs to a part and becomes a slash. */
export function dottedSysctl(name: string): string {
  const slash = name.indexOf('/');
  const dot = name.indexOf('.');
  if (slash < 0 || (dot >= 0 && dot < slash)) return name;
  return name.replace(/[./]/g, (separator) => (separator === '/' ? '.' : '/'));
}

/** Why the node does not set one of the pod's sysctls; undefined when it sets them all. */
export function forbiddenSysctl(pod: Pod): string | undefined {
  for (const { name } of pod.spec.securityContext?.sysctls ?? []) {
    const detail = objection(dottedSysctl(name), pod);
    if (detail !== undefined) return `forbidden sysctl: ${JSON.stringify(name)} ${detail}`;
  }
  return undefined;
}

function objection(name: string, pod: Pod): string | undefined {
  if (!safe.has(name)) return 'not allowlisted';
  if (name.startsWith('net.') && pod.spec.hostNetwork) return 'not allowed with host net enabled';
  if (name.startsWith('kernel.') && pod.spec.hostIPC) return 'not allowed with host ipc enabled';
  return undefined;
}
