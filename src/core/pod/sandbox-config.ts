import type { Container, ContainerPort, Pod } from '../../kube/pod.ts';
import { dottedSysctl } from '../node/sysctls.ts';
import type { NodeView } from '../node/view.ts';
import { podCgroupPath } from '../resources/cgroup-plan.ts';
import { isV6 } from './addresses.ts';
import { allContainers } from './containers.ts';
import { podDns } from './dns.ts';
import { hostname } from './hostname.ts';
import { overheadResources, sandboxResources } from './linux-resources.ts';
import { namespaces, supplementalGroups } from './namespaces.ts';
import { logDirectory } from './paths.ts';
import type { PortMapping, SandboxConfig } from './runtime-config.ts';
import type { WantedPod } from './want.ts';

// Annotations with these beginnings set what the runtime itself is made of (cgroup properties, hooks, its own books).
// A pod's author must not reach that by a text which nothing checks.
const runtimeAnnotations: readonly string[] = [
  'org.systemd.property.',
  'org.criu.',
  'run.oci.',
  'io.kubernetes.cri.',
  'io.kubernetes.cri-o.',
];

/** The sandbox of a pod as the runtime is asked to make it. `attempt` is in its name: the runtime refuses a second one. */
export function sandboxConfig(want: WantedPod, attempt: number, node: NodeView): SandboxConfig {
  const { pod } = want;
  const { name, namespace, uid } = pod.metadata;
  const context = pod.spec.securityContext;
  const overhead = overheadResources(pod, node);
  return {
    name,
    namespace,
    uid,
    attempt,
    ...(pod.spec.hostNetwork ? {} : { hostname: hostname(pod, node).name }),
    logDirectory: logDirectory(node, namespace, name, uid),
    dns: podDns(pod, node),
    portMappings: portMappings(pod),
    labels: podLabels(pod),
    annotations: podAnnotations(pod),
    cgroupParent: podCgroupPath(pod, uid, node),
    sysctls: sysctls(pod),
    namespaces: namespaces(pod),
    ...(context?.runAsUser === undefined ? {} : { runAsUser: context.runAsUser }),
    ...(context?.runAsGroup === undefined ? {} : { runAsGroup: context.runAsGroup }),
    supplementalGroups: supplementalGroups(pod),
    privileged: allContainers(pod).some((container) => container.securityContext?.privileged === true),
    // Whatever the containers have: nothing runs in the sandbox that needs more.
    seccomp: { type: 'RuntimeDefault' },
    resources: sandboxResources(pod, node),
    ...(overhead === undefined ? {} : { overhead }),
    runtimeHandler: '',
  };
}

/** The labels by which everybody finds the pod's sandboxes and containers in the runtime. */
export function identityLabels(pod: Pod): Readonly<Record<string, string>> {
  const { name, namespace, uid } = pod.metadata;
  return {
    'io.kubernetes.pod.name': name,
    'io.kubernetes.pod.namespace': namespace,
    'io.kubernetes.pod.uid': uid,
  };
}

function podLabels(pod: Pod): Readonly<Record<string, string>> {
  return { ...pod.metadata.labels, ...identityLabels(pod) };
}

function podAnnotations(pod: Pod): Readonly<Record<string, string>> {
  const entries = Object.entries(pod.metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => !runtimeAnnotations.some((start) => key.startsWith(start))));
}

function sysctls(pod: Pod): Readonly<Record<string, string>> {
  const entries = pod.spec.securityContext?.sysctls ?? [];
  return Object.fromEntries(entries.map(({ name, value }) => [dottedSysctl(name), value]));
}

/** Host ports of the main containers; with the host's network there is nothing to map. */
function portMappings(pod: Pod): readonly PortMapping[] {
  if (pod.spec.hostNetwork) return [];
  return pod.spec.containers.flatMap((container) => containerPorts(container).map(portMapping));
}

/** The ports that are bound on the host; of two with one name, or alike in all, the first. */
function containerPorts(container: Container): readonly (ContainerPort & { readonly hostPort: number })[] {
  const seen = new Set<string>();
  const ports: (ContainerPort & { readonly hostPort: number })[] = [];
  for (const port of container.ports ?? []) {
    const name = port.name ?? '';
    const key = name === '' ? anonymousKey(port) : name;
    if (seen.has(key)) continue;
    seen.add(key);
    if (port.hostPort !== undefined && port.hostPort > 0) ports.push({ ...port, hostPort: port.hostPort });
  }
  return ports;
}

function anonymousKey({ hostIP = '', protocol, containerPort, hostPort = 0 }: ContainerPort): string {
  const family = hostIP === '' ? 'any' : isV6(hostIP) ? 'v6' : 'v4';
  return `${family}-${protocol}-${hostIP}:${containerPort}:${hostPort}`;
}

function portMapping(port: ContainerPort & { readonly hostPort: number }): PortMapping {
  return {
    protocol: port.protocol,
    containerPort: port.containerPort,
    hostPort: port.hostPort,
    hostIp: port.hostIP ?? '',
  };
}
