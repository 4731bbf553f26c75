import type { PodUid } from '../../kube/meta.ts';
import type { NodeView } from '../node/view.ts';
import { podCgroup } from '../resources/cgroup-plan.ts';
import type { DirectoryPlan, Step } from './action.ts';
import { allContainers } from './containers.ts';
import { containerDirectory, logDirectory, podDirectory } from './paths.ts';
import type { WantedPod } from './want.ts';

// Nobody but root and its group reads a pod's folder; log shippers run as anybody and read logs.
const privateMode = 0o750;
const readableMode = 0o755;

/** What stands on the node before anything of the pod starts: its folders, its log folders and its cgroup. */
export function preparation(want: WantedPod, uid: PodUid, node: NodeView): Extract<Step, { kind: 'prepare' }> {
  const { pod } = want;
  const names = allContainers(pod).map(({ name }) => name);
  const home = podDirectory(node, uid);
  const logs = logDirectory(node, pod.metadata.namespace, pod.metadata.name, uid);
  const directories: readonly DirectoryPlan[] = [
    ...[home, `${home}/volumes`, `${home}/containers`].map((path) => ({ path, mode: privateMode })),
    ...names.map((name) => ({ path: containerDirectory(node, uid, name), mode: privateMode })),
    ...[logs, ...names.map((name) => `${logs}/${name}`)].map((path) => ({ path, mode: readableMode })),
  ];
  return { kind: 'prepare', directories, files: [], cgroup: podCgroup(pod, uid, node) };
}
