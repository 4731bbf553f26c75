import { decodeContainer } from './decode-container.ts';
import { decodeResourceList, decodeResources } from './decode-resources.ts';
import { decodeAffinity, decodeNodeSelector, decodeToleration } from './decode-scheduling.ts';
import { decodePodSecurity } from './decode-security.ts';
import { decodeVolume } from './decode-volume.ts';
import { compact, type Input } from './input.ts';
import { dnsLabel, dnsSubdomain, hostName, ipAddress } from './names.ts';
import type { DnsConfig, PodSpec } from './pod.ts';

const defaultGraceSeconds = 30;
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'] as const;
const largestPriority = 2_000_001_000;

/** Reads the spec of a pod and fills in what the API server would. */
export function decodePodSpec(input: Input): PodSpec {
  const hostNetwork = input.field('hostNetwork').flag() ?? false;
  refuseValues(input);
  return compact({
    containers:
      input.field('containers').required.objects((item) => decodeContainer(item, { init: false, hostNetwork })) ?? [],
    initContainers: input.field('initContainers').objects((item) => decodeContainer(item, { init: true, hostNetwork })),
    volumes: input.field('volumes').objects(decodeVolume),
    restartPolicy: input.field('restartPolicy').oneOf(['Always', 'OnFailure', 'Never'] as const) ?? 'Always',
    terminationGracePeriodSeconds: input.field('terminationGracePeriodSeconds').whole(0) ?? defaultGraceSeconds,
    activeDeadlineSeconds: input.field('activeDeadlineSeconds').whole(1),
    nodeName: input.field('nodeName').raw === '' ? undefined : input.field('nodeName').text(dnsSubdomain),
    nodeSelector: decodeNodeSelector(input.field('nodeSelector')),
    affinity: decodeAffinity(input.field('affinity')),
    tolerations: input.field('tolerations').objects(decodeToleration),
    hostNetwork,
    ...decodeNames(input),
    ...decodeSharing(input),
    securityContext: input.field('securityContext').object(decodePodSecurity),
    // The older name of the same field.
    serviceAccountName: input.field('serviceAccountName').text() ?? input.field('serviceAccount').text(),
    priority: input.field('priority').whole(-(2 ** 31), largestPriority),
    priorityClassName: input.field('priorityClassName').text(),
    runtimeClassName: input.field('runtimeClassName').text(dnsSubdomain),
    overhead: decodeResourceList(input.field('overhead')),
    resources: decodeResources(input.field('resources')),
    enableServiceLinks: input.field('enableServiceLinks').flag() ?? true,
    imagePullSecrets: input
      .field('imagePullSecrets')
      .objects((item) => ({ name: item.field('name').requiredText(dnsSubdomain) })),
  });
}

/** Values that would make the pod less isolated, or another pod, than it says. */
function refuseValues(input: Input): void {
  const hostUsers = input.field('hostUsers');
  if (hostUsers.flag() === false)
    hostUsers.report('cannot be false yet: the pod would run in the host’s user namespace');
  const os = input.field('os').object((field) => field.field('name').requiredText());
  if (os !== undefined && os !== '' && os !== 'linux') {
    input
      .field('os')
      .field('name')
      .report(`must be linux on this node, but is ${JSON.stringify(os)}`);
  }
}

function decodeSharing(input: Input): Pick<PodSpec, 'hostPID' | 'hostIPC' | 'shareProcessNamespace'> {
  const hostPID = input.field('hostPID').flag() ?? false;
  const shareProcessNamespace = input.field('shareProcessNamespace').flag() ?? false;
  if (hostPID && shareProcessNamespace) {
    input.field('shareProcessNamespace').report('must not be true together with hostPID');
  }
  return { hostPID, hostIPC: input.field('hostIPC').flag() ?? false, shareProcessNamespace };
}

function decodeNames(input: Input) {
  const dnsPolicy = input.field('dnsPolicy').oneOf(dnsPolicies) ?? 'ClusterFirst';
  const dnsConfig = input.field('dnsConfig').object(decodeDnsConfig);
  if (dnsPolicy === 'None' && (dnsConfig?.nameservers ?? []).length === 0) {
    input.field('dnsConfig').field('nameservers').report('must hold a server with dnsPolicy None');
  }
  return {
    dnsPolicy,
    dnsConfig,
    hostname: input.field('hostname').raw === '' ? undefined : input.field('hostname').text(dnsLabel),
    subdomain: input.field('subdomain').raw === '' ? undefined : input.field('subdomain').text(dnsLabel),
    hostAliases: input.field('hostAliases').objects((alias) => ({
      ip: alias.field('ip').requiredText(ipAddress),
      hostnames: alias.field('hostnames').texts(hostName) ?? [],
    })),
  };
}

function decodeDnsConfig(input: Input): DnsConfig {
  return compact({
    nameservers: input.field('nameservers').texts(ipAddress),
    searches: input.field('searches').texts(),
    options: input
      .field('options')
      .objects((option) => compact({ name: option.field('name').requiredText(), value: option.field('value').text() })),
  });
}
