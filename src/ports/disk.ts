import type { DirectoryPlan } from '../core/pod/action.ts';
import type { VolumePlan } from '../core/volume/plan.ts';

/** A small file that is replaced as a whole. */
export interface FilePlan {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Folders, files and links of pods. All steps are idempotent. */
export interface PodDisk {
  /** Makes the directories (parents too), then writes the files by rename. */
  prepare(directories: readonly DirectoryPlan[], files: readonly FilePlan[], signal: AbortSignal): Promise<void>;
  /** Points `path` at `to`, replacing an older link. */
  link(path: string, to: string, signal: AbortSignal): Promise<void>;
  /** Removes a pod's folder. Unmounts what is mounted beneath it first, and never deletes across a mount point. */
  removeData(directory: string, signal: AbortSignal): Promise<void>;
  /** Removes a pod's log folder and the links (a prefix of their paths) that point into it. */
  removeLogs(directory: string, linkPrefix: string, signal: AbortSignal): Promise<void>;
  /** Removes single log files; absent ones are fine. */
  removeFiles(paths: readonly string[], signal: AbortSignal): Promise<void>;
  /** UIDs that have a folder beneath `pods`. */
  listPods(pods: string, signal: AbortSignal): Promise<readonly string[]>;
}

/** Brings volumes into place. */
export interface Volumes {
  /** Idempotent: leaves what is right untouched, swaps changed file sets as one. `refused`: the pod asks for something impossible. */
  mount(plan: VolumePlan, signal: AbortSignal): Promise<void>;
}
