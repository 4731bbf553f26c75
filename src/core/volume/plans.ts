import type { PodUid } from '../../kube/meta.ts';
import type { Pod } from '../../kube/pod.ts';
import { quantityValue } from '../../kube/quantity.ts';
import type { ObjectVolumeSource, Volume } from '../../kube/volume.ts';
import { fnv1a } from '../../lib/fnv.ts';
import type { NodeView } from '../node/view.ts';
import type { WantedPod } from '../pod/want.ts';
import { limitsDeclared, podLimits } from '../resources/amounts.ts';
import { volumeDirectory } from './directory.ts';
import { configMapContent, fileSet, secretContent } from './file-set.ts';
import { inputOf, type MissingInput, objectName } from './objects.ts';
import type { VolumePlan, VolumeSource } from './plan.ts';

/** Every volume of a pod as it must be in place, and what keeps some of them from being planned. */
export interface VolumePlans {
  readonly plans: readonly VolumePlan[];
  readonly missing: readonly MissingInput[];
}

/** A source with the version of the content in it, or what is missing for it. */
type Source =
  | { readonly ok: true; readonly source: VolumeSource; readonly content: string }
  | ({ readonly ok: false } & MissingInput);

interface Context {
  readonly want: WantedPod;
  readonly node: NodeView;
}

/** Plans all volumes of a pod, in the order of its spec. A volume whose object is not there is in `missing` instead. */
export function volumePlans(want: WantedPod, uid: PodUid, node: NodeView): VolumePlans {
  const plans: VolumePlan[] = [];
  const missing: MissingInput[] = [];
  for (const volume of want.pod.spec.volumes ?? []) {
    const found = sourceOf(volume, { want, node });
    if (found.ok) plans.push(planned(volume, volumeDirectory(node, uid, volume), found));
    else missing.push({ object: found.object, detail: found.detail });
  }
  return { plans, missing };
}

/**
 * The plan with its version: the content's own version as it is, and a hash of all else.
 *
 * The files' bytes are not hashed: they may be secrets, and versions are logged. The object's version stands for them.
 */
function planned(volume: Volume, path: string, found: Extract<Source, { ok: true }>): VolumePlan {
  const { source, content } = found;
  const shape = source.kind === 'files' ? source.files.map((file) => [file.path, file.mode]) : [];
  const { files: _, ...rest } = source.kind === 'files' ? source : { ...source, files: undefined };
  const hash = fnv1a(JSON.stringify([path, rest, shape]));
  return { name: volume.name, path, version: content === '' ? hash : `${content}.${hash}`, ...source };
}

function sourceOf(volume: Volume, context: Context): Source {
  const { emptyDir, hostPath, configMap, secret } = volume;
  if (emptyDir !== undefined) return ready(emptyDirSource(emptyDir, context));
  if (hostPath !== undefined) {
    const detail = hostPathObjection(hostPath.path);
    if (detail !== undefined) return { ok: false, object: `volume ${volume.name}`, detail };
    return ready({ kind: 'hostPath', type: hostPath.type });
  }
  if (configMap !== undefined) return configMapSource(configMap, context);
  if (secret !== undefined) return secretSource(secret, context);
  return { ok: false, object: `volume ${volume.name}`, detail: 'it has no source that is supported' };
}

function ready(source: VolumeSource): Source {
  return { ok: true, source, content: '' };
}

/** Any user may write to an emptyDir; with an fsGroup new files belong to the group (setgid). */
function emptyDirSource(emptyDir: NonNullable<Volume['emptyDir']>, { want, node }: Context): VolumeSource {
  const group = fsGroup(want.pod);
  const common = { mode: 'group' in group ? 0o2777 : 0o777, ...group };
  if (emptyDir.medium !== 'Memory') return { kind: 'directory', ...common };
  return { kind: 'tmpfs', ...common, ...memorySize(emptyDir.sizeLimit, want.pod, node) };
}

/** The least of what the node has for pods, what the pod may use, and the volume's own limit. */
function memorySize(sizeLimit: string | undefined, pod: Pod, node: NodeView): { readonly sizeBytes?: number } {
  const own = sizeLimit === undefined ? 0 : (quantityValue(sizeLimit) ?? 0);
  const podLimit = limitsDeclared(pod).memory ? podLimits(pod).memory : 0;
  const bounds = [node.allocatable.memory, podLimit, own].filter((bytes) => bytes > 0);
  return bounds.length === 0 ? {} : { sizeBytes: Math.min(...bounds) };
}

function configMapSource(wanted: ObjectVolumeSource, { want }: Context): Source {
  const object = objectName(want, 'configMaps', wanted.name);
  const input = inputOf(want.inputs.configMaps, wanted.name);
  if (input.kind === 'missing')
    return wanted.optional ? empty(want, false) : { ok: false, object, detail: input.detail };
  const group = fsGroup(want.pod);
  const set = fileSet(wanted, configMapContent(input.object), 'group' in group);
  if (!set.ok) return { ok: false, object, detail: set.detail };
  return { ok: true, source: { kind: 'files', files: set.files, tmpfs: false, ...group }, content: input.version };
}

function secretSource(wanted: ObjectVolumeSource, { want }: Context): Source {
  const object = objectName(want, 'secrets', wanted.name);
  const input = inputOf(want.inputs.secrets, wanted.name);
  if (input.kind === 'missing')
    return wanted.optional ? empty(want, true) : { ok: false, object, detail: input.detail };
  const group = fsGroup(want.pod);
  const set = fileSet(wanted, secretContent(input.object), 'group' in group);
  if (!set.ok) return { ok: false, object, detail: set.detail };
  return { ok: true, source: { kind: 'files', files: set.files, tmpfs: true, ...group }, content: input.version };
}

/** What an optional object that is not there gives: an empty volume, filled once the object appears. */
function empty(want: WantedPod, tmpfs: boolean): Source {
  return ready({ kind: 'files', files: [], tmpfs, ...fsGroup(want.pod) });
}

function hostPathObjection(path: string): string | undefined {
  if (!path.startsWith('/')) return `its path ${JSON.stringify(path)} must be absolute`;
  return path.split('/').includes('..') ? `its path ${JSON.stringify(path)} must not contain ".."` : undefined;
}

function fsGroup(pod: Pod): { readonly group?: number } {
  const group = pod.spec.securityContext?.fsGroup;
  return group === undefined ? {} : { group };
}
