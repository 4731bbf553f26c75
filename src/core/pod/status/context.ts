import type { ContainerStatus, PodStatus } from '../../../kube/pod-status.ts';
import type { PodInput } from '../input.ts';
import type { ContainerSeen, SandboxSeen } from '../seen.ts';
import type { WantedPod } from '../want.ts';

/** What a pod's status is computed from. */
export interface StatusContext {
  readonly input: PodInput;
  readonly want: WantedPod;
  /** What was told last; absent after a start without an API. */
  readonly previous: PodStatus | undefined;
  /** Nothing of the pod is started any more. */
  readonly ending: boolean;
  /** `ending`, and nothing of it runs any more. */
  readonly ended: boolean;
}

/** The instances of a container that the runtime has, newest first. */
export function recordsOf(context: StatusContext, container: string): readonly ContainerSeen[] {
  return context.input.seen.containers.filter(({ name }) => name === container);
}

export function newestSandbox(context: StatusContext): SandboxSeen | undefined {
  return context.input.seen.sandboxes[0];
}

/** Any main container was made in the newest sandbox: the init containers are done, whatever is left of them. */
export function wasInitialised(context: StatusContext): boolean {
  const sandbox = newestSandbox(context);
  const names = new Set(context.want.pod.spec.containers.map(({ name }) => name));
  return context.input.seen.containers.some(
    (record) => names.has(record.name) && (sandbox === undefined || record.sandboxId === sandbox.id),
  );
}

/** What was told last of a container. */
export function previousOf(context: StatusContext, container: string): ContainerStatus | undefined {
  const { previous } = context;
  const all = [...(previous?.initContainerStatuses ?? []), ...(previous?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}
