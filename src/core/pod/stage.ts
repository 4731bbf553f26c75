/** Why a pod's containers are to end for good. */
export type StopWhy =
  | 'Deleted'
  | 'Removed'
  | 'Orphan'
  | 'Finished'
  | 'InitFailed'
  | 'Evicted'
  | 'DeadlineExceeded'
  | 'Rejected';

/** Where a pod is in its life. `stageOf` (stage-of.ts) is the only place that decides it. */
export type Stage =
  /** Not yet observed, not yet admitted, or behind a predecessor: nothing may start. */
  | { readonly kind: 'waiting' }
  /** Sandbox, volumes, images and init containers. */
  | { readonly kind: 'starting' }
  /** Initialised: main containers are kept running. */
  | { readonly kind: 'running' }
  /** Containers, then sandboxes, are ended within the grace. */
  | { readonly kind: 'stopping'; readonly why: StopWhy }
  /** Ended and still wanted by its source: its newest records stay for status and logs. */
  | { readonly kind: 'finished' }
  /** Ended and wanted by nobody: all that was made for it is removed. */
  | { readonly kind: 'cleaning' }
  /** Nothing is left; the row is dropped. */
  | { readonly kind: 'gone' };
