import type { Explanation, Line } from '../../server/view.ts';
import { containerCells, podName } from './pods.ts';
import { ageText, columns, oneLine } from './text.ts';

/** The answer of `nodelet explain`. */
export function explainLines({ pod, timeline }: Explanation, now: number): readonly string[] {
  const reason = [pod.status.reason, pod.status.message].filter((part) => part !== undefined && part !== '').join(': ');
  const ip = pod.ip === '' ? '' : `, address ${pod.ip}`;
  return [
    `pod ${podName(pod)} (${pod.uid}, from ${pod.source})`,
    `  ${pod.summary}: ${pod.ready.containers} of ${pod.ready.of} containers ready${ip}, stage ${pod.stage}, age ${ageText(pod.startTime, now)}`,
    ...(reason === '' ? [] : [`  ${oneLine(reason)}`]),
    '',
    'containers',
    ...columns(pod.containers.map((container) => ['', ...containerCells(container)])),
    ...part('doing, and for how long', pod.doing, now),
    ...part('waits, and for how long', pod.waits, now),
    '',
    'conditions',
    ...columns(
      pod.status.conditions.map((condition) => [
        '',
        condition.type,
        condition.status,
        ageText(condition.lastTransitionTime, now),
        oneLine([condition.reason, condition.message].filter((text) => text !== undefined).join(': ')),
      ]),
    ),
    ...(timeline.length === 0 ? [] : ['', 'timeline']),
    ...timeline.map((row) => `  ${row.at}  ${oneLine(row.text)}`),
  ];
}

function part(title: string, lines: readonly Line[], now: number): readonly string[] {
  if (lines.length === 0) return [];
  return ['', title, ...lines.map((line) => `  ${ageText(line.since, now).padStart(6)}  ${oneLine(line.text)}`)];
}
