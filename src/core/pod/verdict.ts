import type { Pod } from '../../kube/pod.ts';
import { instancesOf } from './instances.ts';
import type { Kept } from './kept.ts';
import type { Seen } from './seen.ts';
import type { StopWhy } from './stage.ts';

/** How a pod ended whose containers have all ended. */
export function verdictOf(pod: Pod, seen: Seen, why: StopWhy): NonNullable<Kept['verdict']> {
  switch (why) {
    case 'DeadlineExceeded': {
      const message = `the pod was active for its activeDeadlineSeconds of ${pod.spec.activeDeadlineSeconds ?? 0}`;
      return { phase: 'Failed', reason: 'DeadlineExceeded', message };
    }
    case 'Evicted':
      return { phase: 'Failed', reason: 'Evicted', message: 'the node was short of a resource' };
    case 'Rejected':
    case 'InitFailed':
      return { phase: 'Failed' };
    case 'Finished':
    case 'Deleted':
    case 'Removed':
    case 'Orphan':
      return { phase: pod.spec.containers.every(({ name }) => endedWell(seen, name)) ? 'Succeeded' : 'Failed' };
    default:
      return why satisfies never;
  }
}

function endedWell(seen: Seen, name: string): boolean {
  return instancesOf(seen, name)[0]?.exitCode === 0;
}
