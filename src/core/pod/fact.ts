import type { Tick, WallTime } from '../../lib/time.ts';
import type { Failure } from '../failure.ts';
import type { Action } from './action.ts';
import type { ContainerId, ContainerSeen, ImageSeen, SandboxSeen } from './seen.ts';

/** Something that was found out about one pod. `learn` folds it in. */
export type Fact =
  /** The runtime says that something about this pod happened: look again. Never an ordering. */
  | { readonly kind: 'event'; readonly at: Tick }
  /** How an action of ours ended. */
  | {
      readonly kind: 'outcome';
      readonly action: Action;
      readonly result: Result;
      readonly at: Tick;
      readonly wall: WallTime;
    }
  /** What the runtime knows of this pod, asked for while `basedOn` was the revision. */
  | {
      readonly kind: 'observed';
      readonly basedOn: number;
      readonly observation: Observation;
      readonly at: Tick;
      readonly wall: WallTime;
    }
  /** What the start-up scan found on disk. */
  | { readonly kind: 'disk'; readonly data: boolean; readonly cgroup: boolean; readonly logs: boolean };

export interface Observation {
  readonly sandboxes: readonly SandboxSeen[];
  /** `exitedAt` is left out: `learn` computes it. */
  readonly containers: readonly ContainerSeen[];
}

export type Result =
  | { readonly ok: true; readonly value: Done }
  | { readonly ok: false; readonly failure: Failure }
  /** The step found its input out of date and did nothing. */
  | { readonly ok: false; readonly stale: true }
  /** It left the plan and its abort means `drop` or `replace`. */
  | { readonly ok: false; readonly aborted: true };

/** What a step that succeeded gives back. */
export type Done =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'looked'; readonly basedOn: number; readonly observation: Observation }
  | { readonly kind: 'image'; readonly image: ImageSeen }
  | { readonly kind: 'sandbox'; readonly sandbox: SandboxSeen }
  | { readonly kind: 'created'; readonly id: ContainerId }
  | { readonly kind: 'started'; readonly container: ContainerSeen }
  | { readonly kind: 'hook'; readonly ok: boolean; readonly message: string };
