import type { PodUid } from '../../kube/meta.ts';
import type { Container } from '../../kube/pod.ts';
import { fnv1a } from '../../lib/fnv.ts';
import { after, seconds } from '../../lib/time.ts';
import type { NodeView } from '../node/view.ts';
import { volumePlans } from '../volume/plans.ts';
import type { Draft } from './draft.ts';
import { missingInputs } from './inputs.ts';
import { preparation } from './prepare.ts';
import type { ImageSeen, Seen } from './seen.ts';
import type { WantedPod } from './want.ts';

/** How often an image that must not be pulled is looked for again. */
const neverPullRecheck = seconds(10);

/** One instance that is to be made of an image. */
export interface ImageNeed {
  readonly container: Container;
  readonly attempt: number;
}

/** Folders and cgroup; true once they are there. Done once in each life of the agent, which also mends what was edited. */
export function planPreparation(draft: Draft, want: WantedPod): boolean {
  const { uid, node, seen } = draft.input;
  const { step, key } = preparationOf(want, uid, node);
  if (seen.prepared === key) return true;
  if (draft.act({ key, target: 'prepare', why: { code: 'PreparePod' }, ...step })) draft.wait({ code: 'Preparing' });
  return false;
}

interface Preparation {
  readonly step: ReturnType<typeof preparation>;
  readonly key: string;
}

// A pod is planned some thirty times while it starts, and each time asks this first: the answer is computed once for each
// of its specs.
const preparations = new WeakMap<WantedPod, Preparation & { readonly node: NodeView }>();

function preparationOf(want: WantedPod, uid: PodUid, node: NodeView): Preparation {
  const known = preparations.get(want);
  if (known?.node === node) return known;
  const step = preparation(want, uid, node);
  const made = { step, key: `prepare ${fnv1a(JSON.stringify(step))}`, node };
  preparations.set(want, made);
  return made;
}

/** Volumes, each on its own; true once all are in place with the version that is wanted. */
export function planVolumes(draft: Draft, want: WantedPod): boolean {
  const { uid, node, seen } = draft.input;
  const { plans, missing } = volumePlans(want, uid, node);
  for (const { object, detail } of new Map(
    [...missing, ...missingInputs(want)].map((row) => [row.object, row]),
  ).values()) {
    draft.wait({ code: 'MissingInput', object, detail });
  }
  let ready = true;
  for (const volume of plans) {
    const mounted = seen.volumes[volume.name];
    if (mounted?.version === volume.version) continue;
    ready = false;
    const { name, version } = volume;
    const code = mounted === undefined ? 'MountVolume' : 'UpdateVolume';
    const key = `mount ${name} ${version}`;
    if (draft.act({ key, target: `volume ${name}`, why: { code, volume: name }, kind: 'mountVolume', volume })) {
      draft.wait({ code: 'VolumeMount', volume: name });
    }
  }
  const planned = new Set(plans.map(({ name }) => name));
  const without = (want.pod.spec.volumes ?? []).filter(({ name }) => !planned.has(name));
  // A volume that was filled stays as it is when its object goes away.
  return ready && without.every(({ name }) => seen.volumes[name] !== undefined);
}

/** The images of all instances that are to be made, side by side. */
export function planImages(draft: Draft, needs: readonly ImageNeed[]): void {
  const references = new Set(needs.map(({ container }) => container.image));
  for (const image of references) {
    planImage(
      draft,
      image,
      needs.filter(({ container }) => container.image === image),
    );
  }
}

/** The image for one instance, when it is there and was fetched as the pull policy asks. */
export function imageFor(
  { container, attempt }: ImageNeed,
  seen: Seen,
): Extract<ImageSeen, { kind: 'present' }> | undefined {
  const image = seen.images[container.image];
  if (image?.kind !== 'present') return undefined;
  const pulled =
    container.imagePullPolicy !== 'Always' || image.pulledFor.includes(instanceName({ container, attempt }));
  return pulled ? image : undefined;
}

function planImage(draft: Draft, image: string, needs: readonly ImageNeed[]): void {
  const { seen, now } = draft.input;
  const known = seen.images[image];
  const lacking = needs.filter((need) => imageFor(need, seen) === undefined);
  if (lacking.length === 0) return;
  const always = lacking.filter(({ container }) => container.imagePullPolicy === 'Always');
  if (always.length > 0) {
    planPull(draft, image, always);
    return;
  }
  const check = { key: `check ${image}`, target: `image ${image}`, why: { code: 'CheckImage', image } } as const;
  if (known?.kind !== 'absent') {
    draft.act({ ...check, kind: 'checkImage', image });
    return;
  }
  const pulls = lacking.filter(({ container }) => container.imagePullPolicy === 'IfNotPresent');
  if (pulls.length > 0) {
    planPull(draft, image, pulls);
    return;
  }
  draft.wait({ code: 'ImageNeverPull', image });
  const again = known.at === undefined ? now : after(known.at, neverPullRecheck);
  draft.wake(again);
  if (again <= now) draft.act({ ...check, kind: 'checkImage', image });
}

function planPull(draft: Draft, image: string, needs: readonly ImageNeed[]): void {
  const policy = needs[0]?.container.imagePullPolicy ?? 'IfNotPresent';
  const pulledFor = needs.map(instanceName);
  // The key leaves out for whom: another instance that joins must not begin the download anew.
  const key = `pull ${image}`;
  const why = { code: 'PullImage', image, policy } as const;
  if (draft.act({ key, target: `image ${image}`, why, kind: 'pullImage', image, pulledFor })) {
    draft.wait({ code: 'ImagePull', image });
  }
}

function instanceName({ container, attempt }: ImageNeed): string {
  return `${container.name}#${attempt}`;
}
