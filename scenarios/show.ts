import type { ContainerState, ContainerStatus, PodStatus } from '../src/kube/pod-status.ts';
import type { PodRow } from '../src/server/view.ts';
import type { Stage } from './stage.ts';

/** What a person would want to know now: each pod, what it does and waits for, its status, and the calls since last time. */
export function show(stage: Stage): readonly string[] {
  const rows = stage.agent?.view.pods() ?? [];
  const calls = stage.takeCalls();
  return [
    ...(stage.agent === undefined ? ['no agent runs'] : []),
    ...(stage.agent !== undefined && rows.length === 0 ? ['no pods'] : []),
    ...rows.flatMap(podLines),
    ...(calls.length === 0 ? [] : [`calls: ${calls.join(', ')}`]),
  ];
}

/** The timeline of one pod, as `nodelet explain` has it. */
export function timeline(stage: Stage, pod: string): readonly string[] {
  const found = stage.agent?.view.explain(pod);
  return (found?.timeline ?? []).map(({ at, text }) => `${at.slice(11, 19)} ${text}`);
}

function podLines(row: PodRow): readonly string[] {
  const { status } = row;
  const reason = [status.reason, status.message].filter((text) => text !== undefined).join(': ');
  return [
    `${row.name}: ${row.summary}, ${row.ready.containers}/${row.ready.of} ready, ${restartsText(row.restarts)} (${row.stage})`,
    ...row.doing.map(({ text }) => `  does: ${text}`),
    ...row.waits.map(({ text }) => `  waits: ${text}`),
    `  phase ${status.phase}${reason === '' ? '' : ` (${reason})`}, ${conditionsText(status)}`,
    ...(status.initContainerStatuses ?? []).map((each) => `  init ${containerText(each)}`),
    ...status.containerStatuses.map((each) => `  ${containerText(each)}`),
  ];
}

function conditionsText({ conditions }: PodStatus): string {
  const are = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
  const not = conditions
    .filter(({ status }) => status !== 'True')
    .map(({ type, reason, message }) => {
      const cause = [reason, message].filter((text) => text !== undefined).join(': ');
      return `not ${type}${cause === '' ? '' : ` (${cause})`}`;
    });
  return [...are, ...not].join(', ');
}

function containerText({ name, state, lastState, ready, restartCount }: ContainerStatus): string {
  const last = lastState.terminated === undefined ? '' : `, before: ${stateText(lastState)}`;
  const restarts = restartCount === 0 ? '' : `, ${restartsText(restartCount)}`;
  return `${name}: ${stateText(state)}${ready && state.running !== undefined ? ', ready' : ''}${restarts}${last}`;
}

function restartsText(count: number): string {
  return `${count} restart${count === 1 ? '' : 's'}`;
}

function stateText({ running, waiting, terminated }: ContainerState): string {
  if (running !== undefined) return 'running';
  if (terminated !== undefined) {
    const { exitCode, reason, message } = terminated;
    return `ended with ${exitCode} (${[reason, message].filter((text) => (text ?? '') !== '').join(': ')})`;
  }
  return `waiting (${[waiting?.reason, waiting?.message].filter((text) => (text ?? '') !== '').join(': ')})`;
}
