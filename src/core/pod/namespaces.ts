import type { Pod } from '../../kube/pod.ts';
import type { NamespaceOptions } from './runtime-config.ts';

/** Which namespaces the pod's containers share with each other or with the node. */
export function namespaces(pod: Pod): NamespaceOptions {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec;
  return {
    network: hostNetwork ? 'NODE' : 'POD',
    pid: hostPID ? 'NODE' : shareProcessNamespace ? 'POD' : 'CONTAINER',
    ipc: hostIPC ? 'NODE' : 'POD',
  };
}

/** The supplementary groups of every process of the pod: fsGroup, then the others. */
export function supplementalGroups(pod: Pod): readonly number[] {
  const context = pod.spec.securityContext;
  const fsGroup = context?.fsGroup;
  return [...(fsGroup === undefined ? [] : [fsGroup]), ...(context?.supplementalGroups ?? [])];
}
