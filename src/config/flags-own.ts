import { mapOf } from './composite-types.ts';
import { accepted, acts, actsAs, type Effect, refused } from './field.ts';
import type { OwnFlag } from './flag.ts';
import { duration, path } from './kube-types.ts';
import type { Plain } from './located.ts';
import { isNodeIps, isNodeName } from './node-identity.ts';
import { bool, int, oneOf, text, textThat, type ValueType } from './value-type.ts';

const nextRelease =
  'joining a cluster comes in the next release; leave it out to run the pods of --pod-manifest-path alone';
const noCluster = 'nodelet runs without an API server so far';
const noPullPlugins = 'nodelet runs no credential plugins yet; images are pulled with what the pod or the runtime has';
const cadvisor = accepted('a leftover of cAdvisor, which nodelet does not contain');
const notLinux = 'for Windows only';
const noTtl = 'the last dead instance of each container is kept until its pod goes';

type Row = readonly [name: string, type: ValueType, value: Plain | undefined, effect: Effect];

const nodeNameType = textThat(
  'node name',
  'a name of lower-case letters, digits, - and ., at most 253 characters',
  isNodeName,
);

const nodeIps = textThat('IPs', 'an IP address, or one of each family with a comma between', isNodeIps);

const current: readonly Row[] = [
  ['config', path, '', actsAs('a file with a KubeletConfiguration, a NodeletConfiguration, or both')],
  ['config-dir', path, '', actsAs('drop-ins `*.conf`, in lexical order, sub-folders too')],
  ['root-dir', path, '/var/lib/kubelet', actsAs('`nodelet up`: /var/lib/nodelet')],
  ['hostname-override', nodeNameType, '', acts],
  ['node-ip', nodeIps, '', acts],
  ['help', bool, false, acts],
  ['version', oneOf(['true', 'false', 'raw']), 'false', acts],
  ['kubeconfig', path, '', refused(nextRelease)],
  ['bootstrap-kubeconfig', path, '', refused(nextRelease)],
  ['cert-dir', path, '/var/lib/kubelet/pki', accepted('nodelet has no certificates yet')],
  ['cloud-provider', oneOf(['', 'external']), '', accepted(noCluster)],
  ['node-labels', mapOf(text), {}, accepted(noCluster)],
  ['image-credential-provider-bin-dir', path, '', accepted(noPullPlugins)],
  ['image-credential-provider-config', path, '', accepted(noPullPlugins)],
  ['lock-file', path, '', accepted('the control socket keeps a second nodelet from starting')],
  ['exit-on-lock-contention', bool, false, accepted('goes with --lock-file')],
  ['runtime-cgroups', text, '', accepted('the runtime stays in the cgroup that it is started in')],
  ['housekeeping-interval', duration(), '10s', cadvisor],
  ['windows-priorityclass', text, 'NORMAL_PRIORITY_CLASS', accepted(notLinux)],
  ['windows-service', bool, false, refused(notLinux)],
];

const deprecated: readonly Row[] = [
  ['maximum-dead-containers', int(), -1, accepted(noTtl)],
  ['maximum-dead-containers-per-container', int(), 1, accepted(noTtl)],
  ['minimum-container-ttl-duration', duration(), '0s', accepted(noTtl)],
  [
    'experimental-allocatable-ignore-eviction',
    bool,
    false,
    accepted('evictionHard is always subtracted from allocatable'),
  ],
  ['experimental-mounter-path', path, '', accepted('nodelet mounts by itself')],
  ['application-metrics-count-limit', int(), 100, cadvisor],
  ['boot-id-file', text, '/proc/sys/kernel/random/boot_id', cadvisor],
  ['container-hints', text, '/etc/cadvisor/container_hints.json', cadvisor],
  [
    'containerd',
    text,
    '/run/containerd/containerd.sock',
    accepted('a leftover of cAdvisor; use --container-runtime-endpoint'),
  ],
  ['containerd-namespace', text, 'k8s.io', cadvisor],
  ['enable-load-reader', bool, false, cadvisor],
  ['event-storage-age-limit', text, 'default=0', cadvisor],
  ['event-storage-event-limit', text, 'default=0', cadvisor],
  ['global-housekeeping-interval', duration(), '1m0s', cadvisor],
  ['log-cadvisor-usage', bool, false, cadvisor],
  ['machine-id-file', text, '/etc/machine-id,/var/lib/dbus/machine-id', cadvisor],
  ['storage-driver-buffer-duration', duration(), '1m0s', cadvisor],
  ['storage-driver-db', text, 'cadvisor', cadvisor],
  ['storage-driver-host', text, 'localhost:8086', cadvisor],
  ['storage-driver-password', text, 'root', cadvisor],
  ['storage-driver-secure', bool, false, cadvisor],
  ['storage-driver-table', text, 'stats', cadvisor],
  ['storage-driver-user', text, 'root', cadvisor],
];

/** Every flag that no configuration document has a field for. */
export const ownFlags: readonly OwnFlag[] = [
  ...current.map((row) => ownFlag(row, false)),
  ...deprecated.map((row) => ownFlag(row, true)),
];

function ownFlag([name, type, value, effect]: Row, isDeprecated: boolean): OwnFlag {
  // `--version` alone is a switch, although it also takes a word.
  const shape = name === 'version' ? 'switch' : type.shape;
  return { name, type: { ...type, shape }, default: value, effect, deprecated: isDeprecated };
}
