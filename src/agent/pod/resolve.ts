import { references } from '../../core/pod/inputs.ts';
import type { Input, WantedPod } from '../../core/pod/want.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { ConfigMap, Secret } from '../../kube/objects.ts';
import type { Pod } from '../../kube/pod.ts';
import type { SourceSnapshot } from '../../ports/pod-source.ts';

/** Every pod of the snapshots with what it refers to. Of two pods with one UID the first counts; so of two objects with one name. */
export function resolve(snapshots: readonly SourceSnapshot[]): ReadonlyMap<PodUid, WantedPod> {
  const configMaps = byName(snapshots.flatMap((snapshot) => snapshot.configMaps));
  const secrets = byName(snapshots.flatMap((snapshot) => snapshot.secrets));
  const wanted = new Map<PodUid, WantedPod>();
  for (const pod of snapshots.flatMap((snapshot) => snapshot.pods)) {
    if (wanted.has(pod.metadata.uid)) continue;
    const named = references(pod);
    wanted.set(pod.metadata.uid, {
      kind: 'pod',
      pod,
      source: 'file',
      inputs: {
        configMaps: inputs<ConfigMap>(
          pod,
          named.configMaps.map(({ name }) => name),
          configMaps,
        ),
        secrets: inputs<Secret>(
          pod,
          named.secrets.map(({ name }) => name),
          secrets,
        ),
      },
    });
  }
  return wanted;
}

interface Versioned {
  readonly version: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
}

function byName<Kind extends Versioned>(objects: readonly Kind[]): ReadonlyMap<string, Kind> {
  const found = new Map<string, Kind>();
  for (const object of objects) {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (!found.has(key)) found.set(key, object);
  }
  return found;
}

function inputs<Kind>(
  pod: Pod,
  names: readonly string[],
  objects: ReadonlyMap<string, Kind & Versioned>,
): Readonly<Record<string, Input<Kind>>> {
  return Object.fromEntries(
    names.map((name): [string, Input<Kind>] => {
      const object = objects.get(`${pod.metadata.namespace}/${name}`);
      if (object === undefined) return [name, { kind: 'missing', detail: 'not found' }];
      return [name, { kind: 'found', version: object.version, object }];
    }),
  );
}
