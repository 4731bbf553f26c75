import { list, mapOf, struct } from './composite-types.ts';
import { accepted, acts, actsAs, type FieldRow, refused } from './field.ts';
import { cgroup, cleanPath, duration, endpoint, ip, path, quantity } from './kube-types.ts';
import { bool, int, nullable, oneOf, text, textThat } from './value-type.ts';

const noRotation = 'nodelet does not rotate container logs yet';
const noPullRate = 'pulls are bounded by their number, not by a rate; see maxParallelImagePulls';
const noCredentialRecords = 'nodelet keeps no records of pull credentials yet';
const eventDriven = 'nodelet plans a pod when something about it changes, not by a period';

const sysctl = textThat('sysctl', 'the name of a sysctl, or the beginning of one that ends in *', (name) => {
  return name.length <= 253 && /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*([a-z0-9][-_a-z0-9]*\*?|\*)$/.test(name);
});

// A repository, or the beginning of one that ends in /*; neither a tag nor a digest.
const imagePattern = textThat(
  'image pattern',
  'an image without tag and digest, or a prefix that ends in /*',
  (name) => {
    return /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*(\/\*)?$/.test(name) && !/^[^/]*:[^/]*$/.test(name);
  },
);

const userNamespaceIds = nullable(int({ min: 65_536, max: 2 ** 32 - 1 }));

const graceByPriority = struct(
  { priority: int(), shutdownGracePeriodSeconds: int({ min: 0, max: Number.MAX_SAFE_INTEGER }) },
  { name: 'ShutdownGracePeriodByPodPriority' },
);

/** Pods: where they come from, the runtime they run on, and what each of them gets. */
export const podRows: readonly FieldRow[] = [
  ['staticPodPath', path, '', acts],
  [
    'staticPodURL',
    text,
    '',
    refused('pods are read from files only; fetch the manifest into the folder of staticPodPath'),
  ],
  [
    'staticPodURLHeader',
    mapOf(list(text), { between: ':', key: 'the name of a header' }),
    {},
    accepted('goes with staticPodURL, which is refused'),
  ],
  ['fileCheckFrequency', duration(), '20s', actsAs('only a safety net: changes are seen at once')],
  ['httpCheckFrequency', duration(), '20s', accepted('goes with staticPodURL, which is refused')],
  ['syncFrequency', duration(), '1m0s', accepted(eventDriven)],
  ['configMapAndSecretChangeDetectionStrategy', oneOf(['Get', 'Cache', 'Watch']), 'Watch', accepted(eventDriven)],

  [
    'containerRuntimeEndpoint',
    endpoint,
    'unix:///run/containerd/containerd.sock',
    actsAs('`nodelet up` without it, and a file with a `runtime` section, start the embedded runtime'),
  ],
  ['imageServiceEndpoint', endpoint, '', acts],
  ['runtimeRequestTimeout', duration(), '2m0s', acts],
  ['serializeImagePulls', nullable(bool), true, acts],
  ['maxParallelImagePulls', nullable(int({ min: 1 })), undefined, actsAs('`nodelet up` has 4 as its default')],
  ['registryPullQPS', nullable(int({ min: 0 })), 5, accepted(noPullRate)],
  ['registryBurst', int({ min: 0 }), 10, accepted(noPullRate)],
  [
    'imagePullCredentialsVerificationPolicy',
    oneOf(['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify']),
    'NeverVerifyPreloadedImages',
    accepted(noCredentialRecords),
  ],
  ['preloadedImagesVerificationAllowlist', list(imagePattern), [], accepted(noCredentialRecords)],
  [
    'crashLoopBackOff.maxContainerRestartPeriod',
    nullable(duration({ min: '1s', max: '5m0s' })),
    '5m0s',
    accepted('the back-off ends at 5 minutes'),
  ],

  ['clusterDomain', text, '', acts],
  ['clusterDNS', list(ip), [], acts],
  ['resolvConf', nullable(path), '/etc/resolv.conf', acts],
  [
    'hairpinMode',
    oneOf(['promiscuous-bridge', 'hairpin-veth', 'none']),
    'promiscuous-bridge',
    accepted('the network plugin decides; CRI has no word for it'),
  ],
  ['makeIPTablesUtilChains', nullable(bool), true, accepted('nodelet makes no KUBE-FIREWALL chain yet')],
  [
    'iptablesMasqueradeBit',
    nullable(int({ min: 0, max: 31 })),
    14,
    accepted('deprecated, and without effect in the kubelet too'),
  ],
  [
    'iptablesDropBit',
    nullable(int({ min: 0, max: 31 })),
    15,
    accepted('deprecated, and without effect in the kubelet too'),
  ],

  ['cgroupRoot', cgroup, '', acts],
  ['cgroupsPerQOS', nullable(bool), true, acts],
  [
    'cgroupDriver',
    oneOf(['cgroupfs', 'systemd'], {
      systemd: 'the systemd driver comes in a later release; set the runtime to cgroupfs as well',
    }),
    'cgroupfs',
    actsAs('`systemd` is refused'),
  ],
  ['kubeletCgroups', cgroup, '', accepted('nodelet stays in the cgroup that it is started in')],
  ['systemCgroups', cgroup, '', accepted('nodelet moves no processes of the system')],
  ['cpuCFSQuota', nullable(bool), true, acts],
  ['cpuCFSQuotaPeriod', nullable(duration({ min: '1ms', max: '1s' })), '100ms', acts],
  [
    'podPidsLimit',
    nullable(int({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })),
    -1,
    actsAs('negative: no limit of its own'),
  ],
  ['singleProcessOOMKill', nullable(bool), undefined, accepted('the runtime decides about memory.oom.group')],
  ['seccompDefault', nullable(bool), false, acts],
  ['allowedUnsafeSysctls', list(sysctl), [], accepted('pods that ask for unsafe sysctls are not run yet')],
  ['userNamespaces.idsPerPod', userNamespaceIds, 65_536, accepted("pods share the host's user namespace so far")],

  ['podLogsDir', cleanPath, '/var/log/pods', acts],
  ['containerLogMaxSize', quantity, '10Mi', accepted(noRotation)],
  ['containerLogMaxFiles', nullable(int({ min: 2 })), 5, accepted(noRotation)],
  ['containerLogMaxWorkers', nullable(int({ min: 1 })), 1, accepted(noRotation)],
  ['containerLogMonitorInterval', nullable(duration({ min: '3s' })), '10s', accepted(noRotation)],

  ['volumeStatsAggPeriod', duration({ negative: true }), '1m0s', accepted('volume usage is read when it is asked for')],
  [
    'volumePluginDir',
    path,
    '/usr/libexec/kubernetes/kubelet-plugins/volume/exec/',
    accepted('FlexVolume is not supported; use CSI'),
  ],
  ['enableControllerAttachDetach', nullable(bool), true, accepted('nodelet attaches no volumes yet')],

  [
    'shutdownGracePeriod',
    duration({ min: '1s', off: 'off' }),
    '0s',
    accepted('nodelet does not delay a shutdown of the machine yet'),
  ],
  [
    'shutdownGracePeriodCriticalPods',
    duration({ min: '1s', off: 'off' }),
    '0s',
    accepted('goes with shutdownGracePeriod'),
  ],
  ['shutdownGracePeriodByPodPriority', list(graceByPriority), [], accepted('goes with shutdownGracePeriod')],
];
