import type { Observation } from '../../core/pod/fact.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Containers, RuntimeWatch, Sandboxes } from '../../ports/runtime.ts';

/** What of a runtime `nodelet down` uses. */
export interface PodRuntime {
  readonly sandboxes: Sandboxes;
  readonly containers: Containers;
  readonly watch: RuntimeWatch;
}

export interface RemovedPods {
  readonly uids: readonly string[];
  readonly names: readonly string[];
  /** Pods that could not be removed, with the cause. */
  readonly left: readonly string[];
}

// Whoever wants more ends the pods first, by removing their files.
const graceSeconds = 5;
// As many as containerd can work on at once on a small machine; more only wait in it.
const atOnce = 8;

/** Stops and removes pods with all that the network plugins did for them: those with the UIDs, or all that the runtime has. */
export async function removePods(
  runtime: PodRuntime,
  uids: ReadonlySet<string> | undefined,
  signal: AbortSignal,
): Promise<RemovedPods> {
  const listed = await runtime.watch.list(signal);
  const pods = [...listed].filter(([uid]) => uids === undefined || uids.has(uid));
  const names: string[] = [];
  const left: string[] = [];
  const next = pods.values();
  const work = async (): Promise<void> => {
    for (const [uid, pod] of next) {
      const name = nameOf(pod) ?? uid;
      try {
        await removePod(runtime, pod, signal);
        names.push(name);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        left.push(`pod ${name}: ${error.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { uids: pods.map(([uid]) => uid), names, left };
}

async function removePod(runtime: PodRuntime, pod: Observation, signal: AbortSignal): Promise<void> {
  const running = pod.containers.filter((container) => container.state === 'running');
  await Promise.all(running.map((container) => runtime.containers.stop(container.id, graceSeconds, signal)));
  for (const sandbox of pod.sandboxes) {
    await runtime.sandboxes.stop(sandbox.id, signal);
    await runtime.sandboxes.remove(sandbox.id, signal);
  }
}

function nameOf(pod: Observation): string | undefined {
  const sandbox = pod.sandboxes[0];
  return sandbox === undefined ? undefined : `${sandbox.namespace}/${sandbox.name}`;
}
