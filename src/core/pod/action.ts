import type { Why } from '../reasons.ts';
import type { CgroupPlan } from '../resources/cgroup.ts';
import type { VolumePlan } from '../volume/plan.ts';
import type { Kept } from './kept.ts';
import type { ContainerConfig, SandboxConfig } from './runtime-config.ts';
import type { ContainerId, SandboxId } from './seen.ts';

/**
 * One thing that should be in flight now. It carries every value it needs; an executor makes no choices.
 *
 * `key` holds everything that makes it another action; `target` is what it acts on: no two actions of one plan share it.
 */
export type Action = { readonly key: string; readonly target: string; readonly why: Why } & Step;

export type Step =
  | { readonly kind: 'record'; readonly kept: Kept }
  | {
      readonly kind: 'look';
      /** How many runtime events had come when it was planned. */
      readonly events: number;
    }
  | {
      readonly kind: 'prepare';
      readonly directories: readonly DirectoryPlan[];
      readonly files: readonly { readonly path: string; readonly mode: number; readonly text: string }[];
      readonly cgroup: CgroupPlan;
    }
  | { readonly kind: 'mountVolume'; readonly volume: VolumePlan }
  | { readonly kind: 'checkImage'; readonly image: string }
  | { readonly kind: 'pullImage'; readonly image: string; readonly pulledFor: readonly string[] }
  | { readonly kind: 'runSandbox'; readonly config: SandboxConfig }
  | { readonly kind: 'stopSandbox'; readonly id: SandboxId }
  | { readonly kind: 'removeSandbox'; readonly id: SandboxId }
  | {
      readonly kind: 'createContainer';
      readonly sandboxId: SandboxId;
      readonly config: ContainerConfig;
      readonly sandbox: SandboxConfig;
      /** Written just before the container is made: /etc/hosts, the termination log. */
      readonly files: readonly { readonly path: string; readonly mode: number; readonly text: string }[];
    }
  | {
      readonly kind: 'startContainer';
      readonly container: string;
      readonly id: ContainerId;
      /** /var/log/containers/<pod>_<ns>_<container>-<id>.log and what it points to. */
      readonly logLink: { readonly path: string; readonly to: string };
    }
  | {
      readonly kind: 'runHook';
      readonly hook: 'postStart' | 'preStop';
      readonly container: string;
      readonly id: ContainerId;
      readonly call: HookCall;
    }
  | {
      readonly kind: 'stopContainer';
      readonly container: string;
      readonly id: ContainerId;
      readonly graceSeconds: number;
    }
  | { readonly kind: 'removeContainer'; readonly id: ContainerId; readonly logs: readonly string[] }
  | { readonly kind: 'removeData'; readonly directory: string }
  | { readonly kind: 'removeCgroup'; readonly path: string }
  | { readonly kind: 'removeLogs'; readonly directory: string; readonly links: string };

export type StepKind = Step['kind'];

export interface DirectoryPlan {
  readonly path: string;
  readonly mode: number;
}

/** A lifecycle hook with every name resolved: nothing is left to look up. */
export type HookCall =
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | {
      readonly kind: 'http';
      readonly scheme: 'HTTP' | 'HTTPS';
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly kind: 'sleep'; readonly seconds: number }
  | { readonly kind: 'impossible'; readonly message: string };

/** What leaving the plan means for a step that is under way. */
export type AbortMeaning =
  /** Its signal is aborted and its outcome no longer matters. */
  | 'drop'
  /** It goes on, its outcome is folded in, and nothing with its target starts before. */
  | 'finish'
  /** Its signal is aborted and the next step with the same target starts at once. */
  | 'replace';

export const abortMeaning: Record<StepKind, AbortMeaning> = {
  record: 'finish',
  look: 'drop',
  prepare: 'finish',
  mountVolume: 'finish',
  checkImage: 'drop',
  pullImage: 'drop',
  runSandbox: 'finish',
  stopSandbox: 'finish',
  removeSandbox: 'finish',
  createContainer: 'finish',
  startContainer: 'finish',
  runHook: 'drop',
  stopContainer: 'replace',
  removeContainer: 'finish',
  removeData: 'finish',
  removeCgroup: 'finish',
  removeLogs: 'finish',
};
