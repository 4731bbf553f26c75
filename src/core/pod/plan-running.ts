import { Draft } from './draft.ts';
import type { PodInput } from './input.ts';
import type { Plan } from './plan.ts';
import { type Hold, planContainer } from './plan-container.ts';
import { planFoundation, planInits } from './plan-starting.ts';
import type { WantedPod } from './want.ts';

/**
 * Keeps the main containers running, and the sidecars beside them.
 *
 * They start in the order of the spec. One that is on its way holds back the start of those after it, and one whose
 * postStart hook has still to end holds back their making too; one that fails or waits holds back nobody.
 */
export function planRunning(input: PodInput, want: WantedPod): Plan {
  const draft = new Draft(input, 'running');
  const { sandbox, ready } = planFoundation(draft, want);
  if (sandbox !== undefined) {
    planInits(draft, want, { sandbox, ready });
    let hold: Hold = 'nothing';
    let up = 0;
    for (const container of want.pod.spec.containers) {
      const progress = planContainer(draft, { want, container, sandbox, ready, hold });
      if (progress === 'up') up += 1;
      if (progress === 'coming' && hold !== 'create') {
        hold = container.lifecycle?.postStart === undefined ? 'start' : 'create';
      }
    }
    if (up > 0) draft.wait({ code: 'Running' });
  }
  return draft.finish();
}
