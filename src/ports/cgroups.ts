import type { CgroupPlan } from '../core/resources/cgroup.ts';

/** The node's cgroup tree, v1, v2 or hybrid. */
export interface Cgroups {
  /** Makes it in every hierarchy (parents too) and writes the values that differ. Idempotent. */
  ensure(plan: CgroupPlan, signal: AbortSignal): Promise<void>;
  /** Kills what is left in it and removes it. An absent one is removed. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  /** Names of the direct children of a cgroup; none when it is absent. */
  children(path: string, signal: AbortSignal): Promise<readonly string[]>;
}
