import type { NodeView } from '../core/node/view.ts';
import type { PodInput } from '../core/pod/input.ts';
import { nothingKept } from '../core/pod/kept.ts';
import {
  type ContainerId,
  type ContainerSeen,
  nothingSeen,
  type SandboxId,
  type SandboxSeen,
} from '../core/pod/seen.ts';
import { noInputs, type WantedPod } from '../core/pod/want.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Container, Pod, PodSpec } from '../kube/pod.ts';
import type { Bytes, MilliCpu } from '../lib/brand.ts';
import type { Tick, WallTime } from '../lib/time.ts';

/** A container with the API's defaults, and what the test says. */
export function containerSpec(name: string, fields: Partial<Container> = {}): Container {
  return {
    name,
    image: 'busybox:1.36',
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    stdin: false,
    stdinOnce: false,
    tty: false,
    ...fields,
  };
}

/** Pod default/web with the API's defaults and one container, and what the test says. */
export function podSpec(spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    metadata: { name: 'web', namespace: 'default', uid: 'u1' as PodUid, ...metadata },
    spec: {
      containers: [containerSpec('c')],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      shareProcessNamespace: false,
      enableServiceLinks: true,
      ...spec,
    },
  };
}

/** A pod of the file source that refers to nothing, and what the test says. */
export function wantedPod(pod: Pod = podSpec(), fields: Partial<WantedPod> = {}): WantedPod {
  return { kind: 'pod', pod, source: 'file', inputs: noInputs, ...fields };
}

/** A node with 4 cores and 8 GiB on cgroup v1, and what the test says. */
export function nodeView(fields: Partial<NodeView> = {}): NodeView {
  return {
    name: 'node1',
    ips: ['10.0.0.9'],
    directories: {
      pods: '/var/lib/nodelet/pods',
      podLogs: '/var/log/pods',
      containerLogs: '/var/log/containers',
      seccomp: '/var/lib/nodelet/seccomp',
    },
    cgroups: { version: 'v1', root: '/kubepods' },
    memoryCapacity: (8 * 2 ** 30) as Bytes,
    allocatable: {
      cpu: 4000 as MilliCpu,
      memory: (8 * 2 ** 30) as Bytes,
      ephemeralStorage: (100 * 2 ** 30) as Bytes,
      pods: 110,
    },
    dns: {
      clusterServers: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      host: { servers: ['192.168.1.1'], searches: ['lan'], options: ['timeout:1'] },
    },
    seccompDefault: false,
    cpuCfsQuota: true,
    cpuCfsQuotaPeriodMicros: 100_000,
    runtimeName: 'containerd',
    labels: {},
    hostsFile: '127.0.0.1 localhost\n',
    mayLowerOomScore: true,
    ...fields,
  };
}

/** A ready sandbox of the first attempt, and what the test says. */
export function sandboxSeen(fields: Partial<SandboxSeen> = {}): SandboxSeen {
  return {
    id: 's0' as SandboxId,
    attempt: 0,
    ready: true,
    createdAt: 1_000_000 as WallTime,
    ips: ['10.244.0.5'],
    network: 'POD',
    name: 'web',
    namespace: 'default',
    ...fields,
  };
}

/** A running instance of the first attempt in sandbox s0, and what the test says. */
export function containerSeen(name: string, fields: Partial<ContainerSeen> = {}): ContainerSeen {
  return {
    id: `${name}-${fields.attempt ?? 0}` as ContainerId,
    name,
    attempt: 0,
    sandboxId: 's0' as SandboxId,
    state: 'running',
    createdAt: 1_000_000 as WallTime,
    startedAt: 1_001_000 as WallTime,
    image: 'docker.io/library/busybox:1.36',
    imageId: 'sha256:abc',
    annotations: {},
    ...fields,
  };
}

/** An instance that has ended, with this exit code. */
export function exitedContainer(name: string, exitCode: number, fields: Partial<ContainerSeen> = {}): ContainerSeen {
  return containerSeen(name, {
    state: 'exited',
    exitCode,
    finishedAt: 1_002_000 as WallTime,
    exitedAt: 2_000 as Tick,
    ...fields,
  });
}

/** All that a plan and a status depend on: an admitted pod that was looked at, and what the test says. */
export function podInput(fields: Partial<PodInput> = {}): PodInput {
  return {
    uid: 'u1' as PodUid,
    want: wantedPod(),
    seen: { ...nothingSeen, observed: true, look: 'no' },
    kept: { ...nothingKept, admitted: true, startTime: 999_000 as WallTime },
    now: 5_000 as Tick,
    wall: 1_005_000 as WallTime,
    node: nodeView(),
    slot: { granted: true, ahead: 0 },
    admission: { kind: 'admitted' },
    ...fields,
  };
}
