import type { ImageSeen } from '../core/pod/seen.ts';

/** Images of the runtime. */
export interface Images {
  /** Never `absent` as an error: an image nobody has is the value `{ kind: 'absent' }`. */
  status(reference: string, signal: AbortSignal): Promise<ImageSeen>;
  /** Pulls and reads the image back. `absent`: the registry does not have it; `refused`: it forbids. An abort ends the pull. */
  pull(reference: string, signal: AbortSignal): Promise<ImageSeen>;
  list(signal: AbortSignal): Promise<readonly ImageRow[]>;
  /** Where images are stored, and how much of it is theirs; as a rule one. */
  filesystems(signal: AbortSignal): Promise<readonly ImageFilesystem[]>;
  /** Idempotent. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

export interface ImageFilesystem {
  /** A folder on it. */
  readonly path: string;
  readonly usedBytes: number;
}

export interface ImageRow {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly bytes: number;
  readonly pinned: boolean;
}

/** Bytes of the pulls under way, where the runtime can tell (containerd's content API). */
export interface PullProgress {
  read(signal: AbortSignal): Promise<readonly Ingest[]>;
}

/** One blob being fetched. `ref` holds its digest; totals of 0 are not known yet. */
export interface Ingest {
  readonly ref: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}
