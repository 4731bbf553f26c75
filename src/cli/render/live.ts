import type { State } from '../../server/routes/state.ts';
import type { PodRow } from '../../server/view.ts';
import { containerCells, isSettled, podName, problemLines, pullLines, waitsOf } from './pods.ts';
import { ageText, columns, cut, oneLine, wrapped } from './text.ts';

/** How the picture is drawn. */
export interface Look {
  readonly width: number;
  /** At most this many lines: a picture higher than the terminal cannot be drawn over. */
  readonly height: number;
  readonly color: boolean;
}

type Paint = 'bold' | 'dim' | 'green' | 'yellow' | 'red';
const codes: Readonly<Record<Paint, number>> = { bold: 1, dim: 2, green: 32, yellow: 33, red: 31 };

interface Row {
  readonly text: string;
  readonly paint?: Paint;
  /** A sentence: goes on in the next lines where a table's row is cut. */
  readonly sentence?: true;
}

// The cause of a failure often stands at the end of a long message.
const mostLines = 4;

function broken(row: Row, { width }: Look): readonly Row[] {
  if (row.sentence === undefined) return [row];
  const lines = wrapped(row.text, width, { indent: '      ', most: mostLines });
  return lines.map((text) => ({ ...row, text }));
}

/** One picture of the node: its pods, their containers, what each does and waits for and why, pulls, problems. */
export function liveLines(state: State, now: number, look: Look): readonly string[] {
  const rows = [...headRows(state), ...podRows(state.pods, now), ...tailRows(state)].flatMap((row) =>
    broken(row, look),
  );
  const shown =
    rows.length <= look.height ? rows : [...rows.slice(0, look.height - 1), more(rows.length - look.height + 1)];
  return shown.map((row) => paint(cut(row.text, look.width), row.paint, look.color));
}

function headRows(state: State): readonly Row[] {
  const { node, pods } = state;
  const settled = pods.filter(isSettled).length;
  const health = node.ready ? 'ready' : `not ready: ${node.reasons.map(oneLine).join('; ')}`;
  return [
    { text: `node ${node.name}: ${health}   ${node.runtime}   ${settled} of ${pods.length} pods ready`, paint: 'bold' },
    { text: '' },
  ];
}

function podRows(pods: readonly PodRow[], now: number): readonly Row[] {
  if (pods.length === 0) return [{ text: 'no pods yet', paint: 'dim' }];
  const table = columns([
    ['POD', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP', ''],
    ...pods.map((pod) => [
      podName(pod),
      `${pod.ready.containers}/${pod.ready.of}`,
      pod.summary,
      String(pod.restarts),
      ageText(pod.startTime, now),
      pod.ip === '' ? '-' : pod.ip,
      '',
    ]),
  ]);
  const head: Row = { text: table[0] ?? '', paint: 'dim' };
  return [head, ...pods.flatMap((pod, at) => [podRow(pod, table[at + 1] ?? ''), ...detailRows(pod)])];
}

function podRow(pod: PodRow, text: string): Row {
  if (isSettled(pod)) return { text, paint: 'green' };
  return { text, paint: pod.status.phase === 'Failed' || pod.summary.includes('BackOff') ? 'red' : 'yellow' };
}

function detailRows(pod: PodRow): readonly Row[] {
  const containers = columns(pod.containers.map((container) => ['  ', ...containerCells(container)]));
  const unsettled = isSettled(pod) ? [] : containers.map((text): Row => ({ text, paint: 'dim' }));
  const doing = pod.doing.map((line): Row => ({ text: `    > ${oneLine(line.text)}`, sentence: true }));
  const waits = waitsOf(pod).map((line): Row => ({ text: `    … ${oneLine(line.text)}`, sentence: true }));
  return [...unsettled, ...doing, ...waits];
}

function tailRows(state: State): readonly Row[] {
  const pulls = pullLines(state.pulls).map((line): Row => ({ text: `  pull ${line}` }));
  const problems = problemLines(state.problems).map(
    (line): Row => ({ text: `  ${line}`, paint: 'red', sentence: true }),
  );
  const gap: readonly Row[] = pulls.length + problems.length === 0 ? [] : [{ text: '' }];
  return [...gap, ...pulls, ...problems];
}

function more(count: number): Row {
  return { text: `  … ${count} lines more: nodelet ps`, paint: 'dim' };
}

function paint(text: string, how: Paint | undefined, color: boolean): string {
  return how === undefined || !color ? text : `\u001b[${codes[how]}m${text}\u001b[0m`;
}
