import type { State } from '../../server/routes/state.ts';
import type { ContainerRow, Line, NodeReport, PodRow, ProblemRow, PullRow } from '../../server/view.ts';
import { ageText, bytesText, columns, oneLine } from './text.ts';

// Waits that say that all is as it should be.
const quiet: ReadonlySet<string> = new Set(['Running', 'Finished']);

/** The waits of a pod that a person wants to know of. */
export function waitsOf(pod: PodRow): readonly Line[] {
  return pod.waits.filter((wait) => !quiet.has(wait.code));
}

/** Whether the pod is where it shall be: all containers ready, or ended well. */
export function isSettled(pod: PodRow): boolean {
  if (pod.status.phase === 'Succeeded') return true;
  return pod.ready.of > 0 && pod.ready.containers === pod.ready.of;
}

/** The namespace is named only where it is not the usual one. */
export function podName(pod: { readonly namespace: string; readonly name: string }): string {
  return pod.namespace === 'default' ? pod.name : `${pod.namespace}/${pod.name}`;
}

/** The table of `nodelet ps`. */
export function psLines(state: State, now: number, wide: boolean): readonly string[] {
  const head = ['NAMESPACE', 'NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP'];
  const rows = state.pods.map((pod) => [
    pod.namespace,
    pod.name,
    `${pod.ready.containers}/${pod.ready.of}`,
    pod.summary,
    String(pod.restarts),
    ageText(pod.startTime, now),
    pod.ip === '' ? '-' : pod.ip,
    ...(wide ? [pod.source, pod.stage, pod.uid] : []),
    waitsOf(pod)
      .map((wait) => oneLine(wait.text))
      .join('; '),
  ]);
  const heads = [...head, ...(wide ? ['SOURCE', 'STAGE', 'UID'] : []), 'WAITS FOR'];
  const table = state.pods.length === 0 ? ['no pods'] : columns([heads, ...rows]);
  const containers = wide && state.pods.length > 0 ? ['', ...containerTable(state.pods)] : [];
  const tail = [...section('PULLS', pullLines(state.pulls)), ...problemSection(state.problems)];
  return [...table, ...containers, ...tail, ...nodeSection(state.node)];
}

function containerTable(pods: readonly PodRow[]): readonly string[] {
  const rows = pods.flatMap((pod) =>
    pod.containers.map((container) => [podName(pod), ...containerCells(container), container.id || '-']),
  );
  return columns([['POD', 'CONTAINER', 'STATE', 'READY', 'RESTARTS', 'IMAGE', 'ID'], ...rows]);
}

/** Name, state, readiness, restarts and image of a container. */
export function containerCells(container: ContainerRow): readonly string[] {
  const name = container.kind === 'init' ? `${container.name} (init)` : container.name;
  const ready = container.ready ? 'yes' : 'no';
  return [name, oneLine(container.state), ready, String(container.restarts), container.image];
}

/** Image, bytes and rate of each pull. */
export function pullLines(pulls: readonly PullRow[]): readonly string[] {
  return pulls.map((pull) => {
    const done = pull.doneBytes === undefined ? undefined : bytesText(pull.doneBytes);
    const of = pull.totalBytes === undefined || pull.totalBytes === 0 ? '' : ` of ${bytesText(pull.totalBytes)}`;
    const rate = pull.bytesPerSecond === undefined ? '' : `, ${bytesText(pull.bytesPerSecond)}/s`;
    return `${pull.image}: ${done === undefined ? 'under way' : `${done}${of}${rate}`} (for ${pull.pods.join(', ')})`;
  });
}

/** File, line and reason of each fault in the manifests. */
export function problemLines(problems: readonly ProblemRow[]): readonly string[] {
  return problems.map(({ file, line, reason, warning }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    return `${warning ? 'warning: ' : ''}${place}: ${oneLine(reason)}`;
  });
}

function problemSection(problems: readonly ProblemRow[]): readonly string[] {
  return section('PROBLEMS', problemLines(problems));
}

// A node that is well need not be spoken of.
function nodeSection({ name, ready, reasons }: NodeReport): readonly string[] {
  return ready ? [] : section('NODE', [`${name} is not ready: ${reasons.map(oneLine).join('; ')}`]);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
