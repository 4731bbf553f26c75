import type { NodeView } from '../../core/node/view.ts';
import { qosTree } from '../../core/resources/cgroup-plan.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Clock } from '../../lib/clock.ts';
import { after, type Milliseconds, milliseconds } from '../../lib/time.ts';
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

// A start of many pods changes the set often; the shares of a class need not follow each of them at once.
const pace: Milliseconds = milliseconds(200);

/** Keeps the cgroups above those of the pods as the set of pods asks. What is as it should be is not written again. */
export async function keepQosTree(
  { rows, turned, node, kubepods }: QosTreeOptions,
  ports: { readonly cgroups: Cgroups; readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const done = new Map<string, string>();
  while (true) {
    const seen = turned.count;
    const pods = [...rows.values()].filter(isCharged).flatMap(({ want }) => (want.kind === 'pod' ? [want.pod] : []));
    for (const plan of qosTree(pods, node, kubepods)) {
      const values = JSON.stringify(plan.values);
      if (done.get(plan.path) === values) continue;
      await untilDone((ends) => ports.cgroups.ensure(plan, ends), ports, signal);
      done.set(plan.path, values);
    }
    await turned.after(seen, signal);
    await ports.clock.at(after(ports.clock.now(), pace), signal);
  }
}

// Admitted and not ended.
function isCharged({ want, kept, plan }: Row): boolean {
  const ended = plan !== undefined && ['finished', 'cleaning', 'gone'].includes(plan.stage);
  return want.kind === 'pod' && kept.admitted === true && !ended;
}
