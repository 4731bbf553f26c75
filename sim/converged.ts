import type { Pod } from '../src/kube/pod.ts';
import type { PodRow } from '../src/server/view.ts';
import type { World } from './world.ts';

/** I10: what keeps the node from being what was asked for; nothing once it has converged. */
export function unrest(world: World): readonly string[] {
  const found: string[] = [];
  const rows = world.agent?.view.pods() ?? [];
  for (const row of rows) {
    for (const line of row.doing) found.push(`I10: pod ${row.name} (${row.uid}) still does: ${line.text}`);
  }
  for (const pod of world.node.source.content.pods) {
    const row = rows.find(({ uid }) => uid === pod.metadata.uid);
    if (row === undefined) found.push(`I10: pod ${pod.metadata.name} (${pod.metadata.uid}) has no row`);
    else found.push(...unsettled(pod, row, world));
  }
  return found;
}

function unsettled(pod: Pod, row: PodRow, world: World): readonly string[] {
  const { uid, name } = pod.metadata;
  const who = `pod ${name} (${uid}, ${row.stage})`;
  const running = world.node.runtime.state.running(uid);
  const { phase, conditions } = row.status;
  const found = row.waits
    .filter(({ code }) => !['Running', 'Finished', 'Rejected'].includes(code))
    .map(({ text }) => `I10: ${who} still waits: ${text}`);
  if (phase === 'Succeeded' || phase === 'Failed') {
    return running.length > 0 ? [`I5: ${who} has ended and ${running.length} containers run`] : found;
  }
  if (phase !== 'Running') found.push(`I10: ${who} is ${phase}`);
  const always = pod.spec.restartPolicy === 'Always';
  for (const container of pod.spec.containers) {
    const count = world.node.runtime.state.running(uid, container.name).length;
    if (always ? count !== 1 : count > 1) found.push(`I10: ${who} has ${count} instances of ${container.name}`);
  }
  const ready = conditions.find(({ type }) => type === 'Ready')?.status;
  if (always && ready !== 'True') found.push(`I10: ${who} is not Ready`);
  return found;
}
