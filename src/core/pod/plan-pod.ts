import { assert } from '../../lib/assert.ts';
import { planCollection } from './collect.ts';
import { Draft } from './draft.ts';
import type { PodInput } from './input.ts';
import type { Plan } from './plan.ts';
import { planCleaning } from './plan-cleaning.ts';
import { planRunning } from './plan-running.ts';
import { planStarting } from './plan-starting.ts';
import { planStopping } from './plan-stopping.ts';
import { planWaiting } from './plan-waiting.ts';
import { leftovers, stageOf } from './stage-of.ts';
import type { WantedPod } from './want.ts';

/** What should be in flight for one pod now, what it waits for, and when to plan again without a new fact. */
export function planPod(input: PodInput): Plan {
  const stage = stageOf(input);
  switch (stage.kind) {
    case 'waiting':
      return planWaiting(input);
    case 'starting':
      return planStarting(input, wanted(input));
    case 'running':
      return planRunning(input, wanted(input));
    case 'stopping':
      return planStopping(input, stage.why);
    case 'finished':
      return planFinished(input, wanted(input));
    case 'cleaning':
      return planCleaning(input);
    case 'gone':
      return new Draft(input, 'gone').finish();
    default:
      return stage satisfies never;
  }
}

// The newest records stay for status and logs; the cgroup serves nobody any more.
function planFinished(input: PodInput, want: WantedPod): Plan {
  const draft = new Draft(input, 'finished');
  planCollection(draft, want.pod, undefined);
  const path = leftovers(input).cgroups[0];
  if (path !== undefined) {
    const why = { code: 'RemovePod', what: 'cgroup' } as const;
    draft.act({ key: `remove cgroup ${path}`, target: 'sandbox', why, kind: 'removeCgroup', path });
  }
  const { admitted, verdict } = input.kept;
  if (admitted === false)
    draft.wait({ code: 'Rejected', reason: verdict?.reason ?? '', message: verdict?.message ?? '' });
  else draft.wait({ code: 'Finished' });
  return draft.finish();
}

function wanted({ want, uid }: PodInput): WantedPod {
  assert(want.kind === 'pod', `pod ${uid} is planned to run and nobody wants it`);
  return want;
}
