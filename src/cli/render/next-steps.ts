import type { PodRow } from '../../server/view.ts';
import { podName } from './pods.ts';

/** What a person can try once all pods are ready. */
export function nextSteps(pods: readonly PodRow[]): readonly string[] {
  const running = pods.filter((pod) => pod.status.phase === 'Running');
  const serving = running.find((pod) => (pod.ports?.length ?? 0) > 0 && pod.ip !== '');
  const any = serving ?? running[0] ?? pods[0];
  if (any === undefined) return [];
  const name = podName(any);
  const port = serving?.ports?.[0];
  const shell = running.length === 0 ? [] : [`  nodelet exec -it ${name} -- sh`];
  return [
    '',
    'All pods are ready. Try, in another terminal:',
    ...(serving === undefined || port === undefined ? [] : [`  curl http://${hostOf(serving.ip)}:${port}/`]),
    '  nodelet ps',
    `  nodelet logs ${name}`,
    `  nodelet explain ${name}`,
    ...shell,
    'Edit a file in the folder and see it applied. Ctrl-C ends nodelet, not the pods; `nodelet down` takes all away.',
    '',
  ];
}

function hostOf(ip: string): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
