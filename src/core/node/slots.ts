import type { PodUid } from '../../kube/meta.ts';
import type { Want } from '../pod/want.ts';

/** A pod that would start a sandbox or a container now. Pods that end never ask. */
export interface SlotRequest {
  readonly uid: PodUid;
  /** It holds a slot since an earlier plan. */
  readonly granted: boolean;
  /** Grows with each pod that the node meets: the older goes first. */
  readonly order: number;
  readonly want: Want;
}

export interface Slots {
  readonly granted: ReadonlySet<PodUid>;
  /** For each pod that waits: how many of those that wait go before it. */
  readonly ahead: ReadonlyMap<PodUid, number>;
}

/** From here on a priority is the system's own (system-cluster-critical and above). */
const criticalPriority = 2_000_000_000;

/**
 * Who may start something now: at most `limit` pods at once.
 *
 * A holder keeps its slot, for half a start is of no use to anybody. Then static and critical pods, then the higher
 * priority, then the older pod.
 */
export function grantSlots(requests: readonly SlotRequest[], limit: number): Slots {
  const granted = new Set(requests.filter((request) => request.granted).map(({ uid }) => uid));
  const waiting = requests.filter((request) => !request.granted).sort(byTurn);
  const free = Math.max(0, limit - granted.size);
  for (const { uid } of waiting.slice(0, free)) granted.add(uid);
  return { granted, ahead: new Map(waiting.slice(free).map(({ uid }, ahead) => [uid, ahead])) };
}

function byTurn(one: SlotRequest, other: SlotRequest): number {
  return (
    Number(isCritical(other.want)) - Number(isCritical(one.want)) ||
    priorityOf(other.want) - priorityOf(one.want) ||
    one.order - other.order
  );
}

function isCritical(want: Want): boolean {
  return want.kind === 'pod' && (want.source !== 'api' || priorityOf(want) >= criticalPriority);
}

function priorityOf(want: Want): number {
  return want.kind === 'pod' ? (want.pod.spec.priority ?? 0) : 0;
}
