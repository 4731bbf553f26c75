import { admit } from '../core/node/admit.ts';
import { grantSlots, type SlotRequest } from '../core/node/slots.ts';
import type { NodeView } from '../core/node/view.ts';
import type { Fact } from '../core/pod/fact.ts';
import type { Admission, PodInput } from '../core/pod/input.ts';
import { learn } from '../core/pod/learn.ts';
import type { Plan } from '../core/pod/plan.ts';
import { planPod } from '../core/pod/plan-pod.ts';
import type { Seen } from '../core/pod/seen.ts';
import { podStatus } from '../core/pod/status/pod-status.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Pod } from '../kube/pod.ts';
import type { PodStatus } from '../kube/pod-status.ts';
import type { WallTime } from '../lib/time.ts';

/** What the loop asks of the core. Tests of the loop alone decide in a few lines of their own. */
export interface Decisions {
  learn(seen: Seen, fact: Fact): Seen;
  planPod(input: PodInput): Plan;
  grantSlots(
    requests: readonly SlotRequest[],
    limit: number,
  ): { readonly granted: ReadonlySet<PodUid>; readonly ahead: ReadonlyMap<PodUid, number> };
  admit(pod: Pod, others: readonly Pod[], node: NodeView): Admission;
  podStatus(input: PodInput, wall: WallTime, previous?: PodStatus): PodStatus;
}

/** The core's own decisions. */
export const coreDecisions: Decisions = { learn, planPod, grantSlots, admit, podStatus };
