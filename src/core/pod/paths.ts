import type { Pod } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';

/** The longest file name that the usual file systems take, in bytes. */
const longestFileName = 255;

/** The pod's own folder: <root-dir>/pods/<uid>. */
export function podDirectory(node: NodeView, uid: string): string {
  return `${node.directories.pods}/${uid}`;
}

/** The folder of one container: its termination messages are in it. */
export function containerDirectory(node: NodeView, uid: string, container: string): string {
  return `${podDirectory(node, uid)}/containers/${container}`;
}

/** The hosts file that all containers of the pod share. */
export function etcHostsPath(node: NodeView, uid: string): string {
  return `${podDirectory(node, uid)}/etc-hosts`;
}

/** The file behind a container's terminationMessagePath, another one for each attempt. */
export function terminationLogPath(node: NodeView, uid: string, container: string, attempt: number): string {
  return `${containerDirectory(node, uid, container)}/${attempt}`;
}

/** The pod's log folder: /var/log/pods/<namespace>_<name>_<uid>. */
export function logDirectory(node: NodeView, namespace: string, name: string, uid: string): string {
  return `${node.directories.podLogs}/${namespace}_${name}_${uid}`;
}

/** A container's log file, relative to the pod's log folder. */
export function logPath(container: string, attempt: number): string {
  return `${container}/${attempt}.log`;
}

/** The link in /var/log/containers that log shippers follow; a name too long for a file is cut before its end. */
export function logLink(
  node: NodeView,
  { metadata: { name, namespace } }: { readonly metadata: Pick<Pod['metadata'], 'name' | 'namespace'> },
  container: string,
  id: string,
): string {
  const stem = `${name}_${namespace}_${container}-${id}`.slice(0, longestFileName - '.log'.length);
  return `${node.directories.containerLogs}/${stem}.log`;
}

/** How the paths of all log links of a pod begin. A pod of the same name has the same: look where a link points to. */
export function logLinkPrefix(node: NodeView, name: string, namespace: string): string {
  return `${node.directories.containerLogs}/${name}_${namespace}_`;
}
