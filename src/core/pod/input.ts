import type { PodUid } from '../../kube/meta.ts';
import type { Tick, WallTime } from '../../lib/time.ts';
import type { NodeView } from '../node/view.ts';
import type { Kept } from './kept.ts';
import type { Seen } from './seen.ts';
import type { Want } from './want.ts';

/** All that one pod's plan depends on. */
export interface PodInput {
  readonly uid: PodUid;
  readonly want: Want;
  readonly seen: Seen;
  readonly kept: Kept;
  readonly now: Tick;
  /** The same moment as `now` for people: what startTime is set to. */
  readonly wall: WallTime;
  readonly node: NodeView;
  /** Whether the pod holds a start slot, and else how many are ahead of it. */
  readonly slot: { readonly granted: boolean; readonly ahead: number };
  /** What admission says; asked for while `kept.admitted` is not set. */
  readonly admission: Admission;
  /** An older pod of the same namespace and name that is not gone yet: this one waits for it. */
  readonly predecessor?: PodUid;
}

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly message: string };
