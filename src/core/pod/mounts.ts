import type { Container, Pod } from '../../kube/pod.ts';
import type { Volume, VolumeMount } from '../../kube/volume.ts';
import type { NodeView } from '../node/view.ts';
import { volumeDirectory } from '../volume/directory.ts';
import { hostsFile } from './hosts-file.ts';
import { etcHostsPath, terminationLogPath } from './paths.ts';
import type { Mount } from './runtime-config.ts';

/** A small file that is written before the container is made. */
export interface ConfigFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

export type Mounts =
  | { readonly ok: true; readonly mounts: readonly Mount[]; readonly files: readonly ConfigFile[] }
  | { readonly ok: false; readonly detail: string };

export interface MountContext {
  readonly pod: Pod;
  readonly uid: string;
  readonly container: Container;
  readonly attempt: number;
  /** The pod's addresses, for its hosts file. */
  readonly ips: readonly string[];
  readonly node: NodeView;
}

type Translated = { readonly ok: true; readonly mount: Mount } | { readonly ok: false; readonly detail: string };

const hostsPath = '/etc/hosts';

const propagations: Record<NonNullable<VolumeMount['mountPropagation']>, Mount['propagation']> = {
  None: 'PRIVATE',
  HostToContainer: 'HOST_TO_CONTAINER',
  Bidirectional: 'BIDIRECTIONAL',
};

/** What is mounted into a container (volumes, the hosts file, the termination log) and the files behind it. */
export function containerMounts(context: MountContext): Mounts {
  const mounts: Mount[] = [];
  for (const wanted of context.container.volumeMounts ?? []) {
    const translated = volumeMount(wanted, context);
    if (!translated.ok) {
      return { ok: false, detail: `cannot mount volume ${JSON.stringify(wanted.name)}: ${translated.detail}` };
    }
    mounts.push(translated.mount);
  }
  const files: ConfigFile[] = [];
  addHostsFile(context, mounts, files);
  addTerminationLog(context, mounts, files);
  return { ok: true, mounts, files };
}

function volumeMount(wanted: VolumeMount, context: MountContext): Translated {
  const volume = context.pod.spec.volumes?.find(({ name }) => name === wanted.name);
  if (volume === undefined) return { ok: false, detail: 'the pod has no volume of this name' };
  const detail = subPathObjection(wanted.subPath ?? '') ?? propagationObjection(wanted, context.container);
  if (detail !== undefined) return { ok: false, detail };
  return {
    ok: true,
    mount: {
      containerPath: absolute(wanted.mountPath),
      hostPath: volumeDirectory(context.node, context.uid, volume),
      readonly: wanted.readOnly || isWrittenByUs(volume),
      propagation: propagations[wanted.mountPropagation ?? 'None'],
    },
  };
}

/** Content that comes from the API is read-only: a container could else point our next write to files of the host. */
function isWrittenByUs(volume: Volume): boolean {
  return volume.configMap !== undefined || volume.secret !== undefined;
}

/**
 * A subPath may lead through links that the containers themselves change while it is mounted, out of the volume and to
 * any file of the host. Without a walk that the kernel keeps beneath the volume none is mounted.
 */
function subPathObjection(subPath: string): string | undefined {
  if (subPath === '') return undefined;
  if (subPath.startsWith('/')) return `subPath ${JSON.stringify(subPath)} must not be an absolute path`;
  if (subPath.split('/').includes('..')) return `subPath ${JSON.stringify(subPath)} must not contain ".."`;
  return `subPath ${JSON.stringify(subPath)} is not supported yet: mount the whole volume`;
}

function propagationObjection(wanted: VolumeMount, container: Container): string | undefined {
  if (wanted.mountPropagation !== 'Bidirectional' || container.securityContext?.privileged === true) return undefined;
  return 'mountPropagation Bidirectional is for privileged containers only';
}

/** Absent until the pod has an address; a volume that the pod mounts there goes before it. */
function addHostsFile(context: MountContext, mounts: Mount[], files: ConfigFile[]): void {
  const { pod, uid, ips, node } = context;
  if (!pod.spec.hostNetwork && ips.length === 0) return;
  if (mounts.some(({ containerPath }) => containerPath === hostsPath)) return;
  const path = etcHostsPath(node, uid);
  mounts.push({ containerPath: hostsPath, hostPath: path, readonly: false, propagation: 'PRIVATE' });
  files.push({ path, mode: 0o644, text: hostsFile(pod, ips, node) });
}

function addTerminationLog(context: MountContext, mounts: Mount[], files: ConfigFile[]): void {
  const { container, uid, attempt, node } = context;
  if (container.terminationMessagePath === '') return;
  const path = terminationLogPath(node, uid, container.name, attempt);
  const containerPath = absolute(container.terminationMessagePath);
  mounts.push({ containerPath, hostPath: path, readonly: false, propagation: 'PRIVATE' });
  // Whatever user the container runs as must be able to write it.
  files.push({ path, mode: 0o666, text: '' });
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}
