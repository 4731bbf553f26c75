import type { Admission, PodInput } from '../../core/pod/input.ts';
import { type Kept, nothingKept } from '../../core/pod/kept.ts';
import type { Plan } from '../../core/pod/plan.ts';
import { nothingSeen, type Seen } from '../../core/pod/seen.ts';
import type { Want, WantedPod } from '../../core/pod/want.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { PodStatus } from '../../kube/pod-status.ts';
import type { InFlight } from '../in-flight.ts';
import { History } from './history.ts';

/** All that the agent knows of one pod. Only the loop writes it. */
export interface Row {
  readonly uid: PodUid;
  /** Grows with each row: the older of two pods with one name goes first. */
  readonly order: number;
  want: Want;
  /** The source has it again while the old one is still being removed: it starts once this row is gone. */
  next: WantedPod | undefined;
  seen: Seen;
  kept: Kept;
  slot: PodInput['slot'];
  /** What admission said, from the first answer until it is recorded. */
  admission: Admission | undefined;
  plan: Plan | undefined;
  /** The projection of the last plan's input; before the first what an earlier life of the agent told, if it is known. */
  status: PodStatus | undefined;
  readonly inFlight: InFlight;
  readonly history: History;
}

export function newRow(identity: Pick<Row, 'uid' | 'order' | 'inFlight'>, kept: Kept = nothingKept): Row {
  return {
    ...identity,
    want: { kind: 'absent' },
    next: undefined,
    seen: nothingSeen,
    kept,
    slot: { granted: false, ahead: 0 },
    admission: undefined,
    plan: undefined,
    status: undefined,
    history: new History(),
  };
}

/** Namespace and name, from whoever knows them: the want, the ledger, the runtime; undefined when nobody does. */
export function identityOfRow({ want, kept, seen }: Row): Kept['identity'] | undefined {
  if (want.kind === 'pod') return want.pod.metadata;
  return kept.identity.name === '' ? seen.sandboxes[0] : kept.identity;
}

/** The same as "namespace/name". */
export function nameOf(row: Row): string | undefined {
  const identity = identityOfRow(row);
  return identity === undefined ? undefined : `${identity.namespace}/${identity.name}`;
}

/** Somebody wants it to be there: not an orphan, and not on its way out. */
export function isWanted(row: Row): boolean {
  return row.want.kind === 'pod' && row.want.removed !== true;
}
