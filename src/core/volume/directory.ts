import type { Volume } from '../../kube/volume.ts';
import type { NodeView } from '../node/view.ts';

/** Where a volume of the pod stands, in the layout that other programs expect; a hostPath stands where it is. */
export function volumeDirectory(node: NodeView, uid: string, volume: Volume): string {
  if (volume.hostPath !== undefined) return volume.hostPath.path;
  return `${node.directories.pods}/${uid}/volumes/${plugin(volume)}/${volume.name}`;
}

function plugin(volume: Volume): string {
  if (volume.configMap !== undefined) return 'kubernetes.io~configmap';
  if (volume.secret !== undefined) return 'kubernetes.io~secret';
  return 'kubernetes.io~empty-dir';
}
