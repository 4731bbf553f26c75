import type { SlotRequest } from '../../core/node/slots.ts';
import type { NodeView } from '../../core/node/view.ts';
import type { Admission, PodInput } from '../../core/pod/input.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Pod } from '../../kube/pod.ts';
import type { Tick, WallTime } from '../../lib/time.ts';
import type { Decisions } from '../decisions.ts';
import { identityOfRow, isWanted, type Row } from './row.ts';

export interface Surroundings {
  readonly rows: ReadonlyMap<PodUid, Row>;
  readonly node: NodeView;
  readonly decisions: Decisions;
  readonly now: Tick;
  readonly wall: WallTime;
}

/** All that one pod's plan depends on, the other pods of the node among it. */
export function inputOf(row: Row, around: Surroundings): PodInput {
  const predecessor = predecessorOf(row, around.rows);
  return {
    uid: row.uid,
    want: row.want,
    seen: row.seen,
    kept: row.kept,
    now: around.now,
    wall: around.wall,
    node: around.node,
    slot: row.slot,
    admission: admissionOf(row, predecessor, around),
    ...(predecessor === undefined ? {} : { predecessor }),
  };
}

/** Grants start slots and gives the rows whose answer changed; how many are ahead is no reason to plan again. */
export function slotChanges(
  rows: ReadonlyMap<PodUid, Row>,
  { decisions, startSlots }: { readonly decisions: Decisions; readonly startSlots: number },
): readonly Row[] {
  const asking = [...rows.values()].filter((row) => row.plan?.wantsSlot === true || row.slot.granted);
  if (asking.length === 0) return [];
  const requests = asking.filter((row) => row.plan?.wantsSlot === true).map(requestOf);
  const { granted, ahead } = decisions.grantSlots(requests, startSlots);
  return asking.filter((row) => {
    const before = row.slot.granted;
    row.slot = { granted: granted.has(row.uid), ahead: ahead.get(row.uid) ?? 0 };
    return row.slot.granted !== before;
  });
}

function requestOf(row: Row): SlotRequest {
  return { uid: row.uid, granted: row.slot.granted, order: row.order, want: row.want };
}

// The pod that must be gone first: one of the same name that nobody wants any more, else the older one.
function predecessorOf(row: Row, rows: ReadonlyMap<PodUid, Row>): PodUid | undefined {
  if (!isWanted(row)) return undefined;
  const own = identityOfRow(row);
  // Each plan of each pod comes by all the others here: nothing is put together to be compared.
  for (const other of rows.values()) {
    if (other === row) continue;
    const identity = identityOfRow(other);
    if (identity?.name !== own?.name || identity?.namespace !== own?.namespace) continue;
    if (!isWanted(other) || other.order < row.order) return other.uid;
  }
  return undefined;
}

// Asked until it is recorded. The first answer of a pod whose turn it is stands: others are admitted against it.
function admissionOf(row: Row, predecessor: PodUid | undefined, around: Surroundings): Admission {
  if (row.want.kind !== 'pod' || row.kept.admitted !== undefined) return { kind: 'admitted' };
  if (row.admission !== undefined) return row.admission;
  const admission = around.decisions.admit(row.want.pod, admittedPods(row, around.rows), around.node);
  if (predecessor === undefined && row.seen.observed) row.admission = admission;
  return admission;
}

function admittedPods(but: Row, rows: ReadonlyMap<PodUid, Row>): readonly Pod[] {
  const pods: Pod[] = [];
  for (const row of rows.values()) {
    if (row === but || row.want.kind !== 'pod') continue;
    const admitted = row.kept.admitted ?? row.admission?.kind === 'admitted';
    const ended = row.plan !== undefined && ['finished', 'cleaning', 'gone'].includes(row.plan.stage);
    if (admitted && !ended) pods.push(row.want.pod);
  }
  return pods;
}
