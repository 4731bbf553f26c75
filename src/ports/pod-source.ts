import type { ConfigMap, Secret } from '../kube/objects.ts';
import type { Pod } from '../kube/pod.ts';

/** Where pods come from: a folder, a manifest file, a URL. A session. */
export interface PodSource {
  /** The whole set each time something changed; the first one says that the source is ready. Never ends by itself. */
  snapshots(signal: AbortSignal): AsyncIterable<SourceSnapshot>;
}

export interface SourceSnapshot {
  readonly pods: readonly Pod[];
  readonly configMaps: readonly (ConfigMap & { readonly version: string })[];
  readonly secrets: readonly (Secret & { readonly version: string })[];
  readonly problems: readonly SourceProblem[];
}

/** A file, or a document in it, that was refused; its last good version goes on. */
export interface SourceProblem {
  readonly file: string;
  readonly line?: number;
  readonly reason: string;
  /** Only a remark: the document is used all the same. */
  readonly warning: boolean;
}
