import type { NodeView } from '../../core/node/view.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Ports } from '../../ports/ports.ts';

/** What stands on the machine of one pod, and its name where the log folder tells it. */
export interface OnDisk {
  data: boolean;
  cgroup: boolean;
  logs: boolean;
  identity?: { readonly namespace: string; readonly name: string };
}

/** Looks for what pods have left on the machine: folders, cgroups, logs. One scan at the start. */
export async function scanDisk(
  node: NodeView,
  { disk, cgroups }: Pick<Ports, 'disk' | 'cgroups'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<PodUid, OnDisk>> {
  const found = new Map<PodUid, OnDisk>();
  const at = (uid: string): OnDisk => {
    const known = found.get(uid as PodUid) ?? { data: false, cgroup: false, logs: false };
    found.set(uid as PodUid, known);
    return known;
  };
  for (const uid of await disk.listPods(node.directories.pods, signal)) at(uid).data = true;
  for (const name of await disk.listPods(node.directories.podLogs, signal)) {
    const parts = name.split('_');
    const [namespace, pod, uid] = parts;
    // A folder of another form is somebody else's.
    if (parts.length !== 3 || namespace === undefined || pod === undefined || uid === undefined) continue;
    Object.assign(at(uid), { logs: true, identity: { namespace, name: pod } });
  }
  for (const tier of ['', '/burstable', '/besteffort']) {
    for (const name of await cgroups.children(`${node.cgroups.root}${tier}`, signal)) {
      if (name.startsWith('pod')) at(name.slice('pod'.length)).cgroup = true;
    }
  }
  return found;
}
