import type { ConfigMap, Secret } from '../../kube/objects.ts';
import type { ObjectVolumeSource } from '../../kube/volume.ts';
import type { VolumeFile } from './plan.ts';

type Content = ReadonlyMap<string, Uint8Array | string>;

export type FileSet =
  | { readonly ok: true; readonly files: readonly VolumeFile[] }
  | { readonly ok: false; readonly detail: string };

// The longest path that Linux takes, its end mark included.
const longestPath = 4096;

// Group-readable: with an fsGroup, containers of any user read the file through the group.
const groupReadable = 0o440;

/** The keys of a ConfigMap; of a key in both parts the text counts. */
export function configMapContent({ data, binaryData }: ConfigMap): Content {
  return new Map<string, Uint8Array | string>([...Object.entries(binaryData), ...Object.entries(data)]);
}

export function secretContent({ data }: Secret): Content {
  return new Map(Object.entries(data));
}

/** The files that a volume makes of an object's keys, sorted by path. `hasGroup`: the volume belongs to an fsGroup. */
export function fileSet(source: ObjectVolumeSource, content: Content, hasGroup: boolean): FileSet {
  const added = hasGroup ? groupReadable : 0;
  const files = new Map<string, VolumeFile>();
  for (const item of source.items ?? allKeys(content)) {
    const found = content.get(item.key);
    if (found === undefined) {
      if (source.optional) continue;
      return { ok: false, detail: `it has no key ${JSON.stringify(item.key)}` };
    }
    const detail = pathObjection(item.path);
    if (detail !== undefined) return { ok: false, detail };
    files.set(item.path, { path: item.path, mode: (item.mode ?? source.defaultMode) | added, content: found });
  }
  const sorted = [...files.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
  const clash = sorted.find(({ path }) => parents(path).some((parent) => files.has(parent)));
  if (clash !== undefined) return { ok: false, detail: `path ${JSON.stringify(clash.path)} lies beneath another file` };
  return { ok: true, files: sorted };
}

function allKeys(content: Content): readonly { readonly key: string; readonly path: string; readonly mode?: number }[] {
  return [...content.keys()].map((key) => ({ key, path: key }));
}

/** A path must stay inside the volume and out of the names with which sets of files are swapped ("..data"). */
function pathObjection(path: string): string | undefined {
  const shown = `path ${JSON.stringify(path)}`;
  const parts = path.split('/');
  if (path === '' || path.startsWith('/')) return `${shown} must be relative`;
  if (path.length >= longestPath) return `a path of ${path.length} characters is too long`;
  if (path.includes('\0')) return `${shown} must not contain a zero byte`;
  if (parts.includes('..')) return `${shown} must not contain ".."`;
  if (parts[0]?.startsWith('..') === true) return `${shown} must not begin with ".."`;
  return parts.some((part) => part === '' || part === '.') ? `${shown} has an empty part` : undefined;
}

function parents(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
