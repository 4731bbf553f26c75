import type { Want, WantedPod } from '../../core/pod/want.ts';
import type { Tick } from '../../lib/time.ts';
import type { Row } from './row.ts';

/** What becomes of a pod that its source dropped: it ends by its own last spec, and nobody asks for it afterwards. */
export function asRemoved(want: WantedPod, now: Tick): WantedPod {
  const graceSeconds = want.pod.spec.terminationGracePeriodSeconds;
  return { ...want, deletion: want.deletion ?? { graceSeconds, seenAt: now }, removed: true };
}

/**
 * The pod was on its way out for good when its source wants it again: the old one ends first, then a new one begins.
 * That may have been decided in an earlier life of the agent.
 */
export function comesBack({ want, kept, plan }: Row, reported: boolean): boolean {
  if (want.kind === 'pod') return want.removed === true;
  const ending = kept.stopping?.why === 'Removed' || kept.stopping?.why === 'Orphan';
  return ending || (reported && plan !== undefined);
}

/** Whether two wants are the same to a planner: the same pod, the same versions of what it refers to. */
export function sameWant(a: Want, b: Want): boolean {
  if (a.kind !== 'pod' || b.kind !== 'pod') return a.kind === b.kind;
  return (
    a.source === b.source &&
    a.removed === b.removed &&
    a.deletion?.graceSeconds === b.deletion?.graceSeconds &&
    (a.pod === b.pod || JSON.stringify(a.pod) === JSON.stringify(b.pod)) &&
    versionsOf(a) === versionsOf(b)
  );
}

function versionsOf({ inputs }: WantedPod): string {
  const kinds = [inputs.configMaps, inputs.secrets];
  return JSON.stringify(
    kinds.map((kind) =>
      Object.entries(kind).map(([name, input]) => [name, input.kind === 'found' ? input.version : input.detail]),
    ),
  );
}
