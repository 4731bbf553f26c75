import type { Container, Pod } from '../../kube/pod.ts';

/** All containers of a pod in the order in which they start: init containers first. */
export function allContainers(pod: Pod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
}

/** An init container that goes on running beside the main ones. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

/**
 * Whether a container of this pod is started again after this exit.
 *
 * An init container that succeeded is done under every policy; the caller asks only for those that did not.
 */
export function restartsAfter(pod: Pod, container: Container, exitCode: number): boolean {
  if (isSidecar(container)) return true;
  switch (pod.spec.restartPolicy) {
    case 'Always':
      return true;
    case 'OnFailure':
      return exitCode !== 0;
    case 'Never':
      return false;
  }
}
