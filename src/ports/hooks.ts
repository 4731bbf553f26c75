import type { HookCall } from '../core/pod/action.ts';

/** The HTTP side of lifecycle hooks. */
export interface HookCaller {
  /** Resolves on any answer; rejects `refused` when nothing answers. HTTPS is not verified; an answer in plain HTTP is retried so. */
  http(call: Extract<HookCall, { kind: 'http' }>, signal: AbortSignal): Promise<void>;
}
