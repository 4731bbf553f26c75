import { Draft } from './draft.ts';
import type { PodInput } from './input.ts';
import type { Plan } from './plan.ts';

/** A pod that nobody has looked at yet, that waits for an older one of its name, or that is not admitted. */
export function planWaiting(input: PodInput): Plan {
  const draft = new Draft(input, 'waiting');
  const { seen, want, predecessor, admission, wall } = input;
  if (seen.observed && want.kind === 'pod') {
    if (predecessor !== undefined) draft.wait({ code: 'Predecessor', uid: predecessor });
    else if (admission.kind === 'rejected') {
      const { reason, message } = admission;
      const { namespace, name } = want.pod.metadata;
      draft.wait({ code: 'Rejected', reason, message });
      draft.keep(
        {
          identity: { namespace, name },
          startTime: wall,
          admitted: false,
          verdict: { phase: 'Failed', reason, message },
        },
        `the pod is rejected: ${reason}`,
      );
    }
  }
  return draft.finish();
}
