import type { NodeView } from '../../core/node/view.ts';
import { qosTree } from '../../core/resources/cgroup-plan.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Pod } from '../../kube/pod.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Cgroups } from '../../ports/cgroups.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Notice } from '../notice.ts';
import type { Row } from '../pod/row.ts';
import { untilDone } from './back-off.ts';

/** What the pods' root cgroup may take: thousandths of a core, bytes (-1: no limit), processes. */
export interface KubepodsLimits {
  readonly cpu: number;
  readonly memory: number;
  readonly pids?: number;
}

export interface QosTreeOptions {
  readonly rows: ReadonlyMap<PodUid, Row>;
  /** Given after each turn of the loop. */
  readonly turned: Notice;
  readonly node: NodeView;
  readonly kubepods: KubepodsLimits;
}

/** Keeps the cgroups above those of the pods as the set of pods asks. Only a changed set costs anything. */
export async function keepQosTree(
  { rows, turned, node, kubepods }: QosTreeOptions,
  ports: { readonly cgroups: Cgroups; readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  let done: string | undefined;
  while (true) {
    const seen = turned.count;
    const charged = [...rows.values()].filter(isCharged);
    const set = charged.map(({ uid }) => uid).join(' ');
    if (set !== done) {
      const pods = charged.map(({ want }) => (want.kind === 'pod' ? want.pod : undefined)).filter(isPod);
      for (const plan of qosTree(pods, node, kubepods)) {
        await untilDone((ends) => ports.cgroups.ensure(plan, ends), ports, signal);
      }
      done = set;
    }
    await turned.after(seen, signal);
  }
}

// Admitted and not ended.
function isCharged({ want, kept, plan }: Row): boolean {
  const ended = plan !== undefined && ['finished', 'cleaning', 'gone'].includes(plan.stage);
  return want.kind === 'pod' && kept.admitted === true && !ended;
}

function isPod(pod: Pod | undefined): pod is Pod {
  return pod !== undefined;
}
