import { folderSource } from './adapters/manifests/folder-source.ts';
import type { SourceSnapshot } from './ports/pod-source.ts';

/** Reads manifests once, as the agent would: pods, what they refer to, and what is wrong with the files. */
export async function readManifests(
  paths: readonly string[],
  nodeName: string,
  signal: AbortSignal,
): Promise<SourceSnapshot> {
  const ended = new AbortController();
  const source = folderSource({ paths, nodeName, appendNodeName: false, allowReferences: true });
  try {
    for await (const snapshot of source.snapshots(AbortSignal.any([signal, ended.signal]))) return snapshot;
  } finally {
    ended.abort(new Error('one look was asked for'));
  }
  return { pods: [], configMaps: [], secrets: [], problems: [] };
}
