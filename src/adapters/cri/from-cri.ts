import type {
  ContainerId,
  ContainerSeen,
  ContainerState,
  ImageSeen,
  SandboxId,
  SandboxSeen,
} from '../../core/pod/seen.ts';
import type { PodUid } from '../../kube/meta.ts';
import { objectUid } from '../../kube/names.ts';
import type { WallTime } from '../../lib/time.ts';
import * as container from './generated/container.pb.ts';
import type { Image } from './generated/image.pb.ts';
import { NamespaceMode } from './generated/linux.pb.ts';
import * as sandbox from './generated/sandbox.pb.ts';

// Every field of an answer may be missing: proto3 has no required ones, and half-filled answers were met in the field.

type Labelled = { readonly labels: Readonly<Record<string, string>> };

/**
 * The pod that an object belongs to, or nothing for one that no kubelet made: paths that are removed are made of these
 * labels, and whoever can reach the runtime can write there what leads out of our folders.
 */
export function podUidOf({ labels }: Labelled): PodUid | undefined {
  const names = [labels['io.kubernetes.pod.namespace'], labels['io.kubernetes.pod.name']];
  if (names.some((name) => name?.includes('/'))) return undefined;
  return uidOf(labels['io.kubernetes.pod.uid'] ?? '');
}

/** A UID as a runtime tells it; nothing for what is none. */
export function uidOf(told: string): PodUid | undefined {
  return told.length <= objectUid.longest && objectUid.pattern.test(told) ? (told as PodUid) : undefined;
}

/** A sandbox from its status, or, where that is all there is, from its row in a list: then without addresses. */
export function sandboxSeen(status: sandbox.PodSandboxStatus | sandbox.PodSandbox): SandboxSeen {
  const network = 'network' in status ? status.network : undefined;
  const mode = 'linux' in status ? status.linux?.namespaces?.options?.network : undefined;
  const ips = [network?.ip ?? '', ...(network?.additionalIps ?? []).map(({ ip }) => ip)];
  return {
    id: status.id as SandboxId,
    attempt: status.metadata?.attempt ?? 0,
    ready: status.state === sandbox.PodSandboxState.SANDBOX_READY,
    createdAt: wallTimeOf(status.createdAt) ?? (0 as WallTime),
    ips: ips.filter((ip) => ip !== ''),
    network: mode === NamespaceMode.NODE ? 'NODE' : 'POD',
    name: partOfPath(status.labels['io.kubernetes.pod.name'] ?? status.metadata?.name),
    namespace: partOfPath(status.labels['io.kubernetes.pod.namespace'] ?? status.metadata?.namespace),
  };
}

// A status may say something else than the row in the list, whose labels were checked.
function partOfPath(told = ''): string {
  return told.includes('/') ? '' : told;
}

/** A container from its status; the sandbox' id is not in there. */
export function containerSeen(status: container.ContainerStatus, sandboxId: SandboxId): ContainerSeen {
  const startedAt = wallTimeOf(status.startedAt);
  const finishedAt = wallTimeOf(status.finishedAt);
  const user = status.user?.linux;
  return {
    ...rowSeen(status, sandboxId),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(status.state === container.ContainerState.CONTAINER_EXITED && { exitCode: status.exitCode }),
    ...(status.reason !== '' && { reason: status.reason }),
    ...(status.message !== '' && { message: status.message }),
    ...(user && {
      user: {
        uid: Number(user.uid),
        gid: Number(user.gid),
        supplementalGroups: user.supplementalGroups.map(Number),
      },
    }),
  };
}

/** A container from its row in a list: without times, exit code and reason. */
export function containerRowSeen(row: container.Container): ContainerSeen {
  return rowSeen(row, row.podSandboxId as SandboxId);
}

function rowSeen(row: container.ContainerStatus | container.Container, sandboxId: SandboxId): ContainerSeen {
  return {
    id: row.id as ContainerId,
    name: row.metadata?.name ?? row.labels['io.kubernetes.container.name'] ?? '',
    attempt: row.metadata?.attempt ?? 0,
    sandboxId,
    state: stateOf(row.state),
    createdAt: wallTimeOf(row.createdAt) ?? (0 as WallTime),
    image: row.image?.image ?? '',
    imageId: row.imageRef === '' ? row.imageId : row.imageRef,
    annotations: row.annotations,
  };
}

function stateOf(state: container.ContainerState): ContainerState {
  switch (state) {
    case container.ContainerState.CONTAINER_CREATED:
      return 'created';
    case container.ContainerState.CONTAINER_RUNNING:
      return 'running';
    case container.ContainerState.CONTAINER_EXITED:
      return 'exited';
    // Not exhaustive: a newer runtime may send a number that has no name here.
    default:
      return 'unknown';
  }
}

/** An image that the runtime has. */
export function imageSeen(image: Image): ImageSeen {
  return {
    kind: 'present',
    id: image.id,
    ...(image.uid && { uid: Number(image.uid.value) }),
    ...(image.username !== '' && { username: image.username }),
    pulledFor: [],
  };
}

// Nanoseconds since 1970. 0 is "not yet", and so is Go's zero time, which lies before 1970.
function wallTimeOf(nanoseconds: bigint): WallTime | undefined {
  return nanoseconds > 0n ? (Number(nanoseconds / 1_000_000n) as WallTime) : undefined;
}
