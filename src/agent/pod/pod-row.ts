import { podSummary } from '../../core/pod/status/summary.ts';
import { waitText, whyText } from '../../core/reason-texts.ts';
import type { Wait } from '../../core/reasons.ts';
import type { ContainerStatus, PodStatus } from '../../kube/pod-status.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import { between, type Tick, type WallTime } from '../../lib/time.ts';
import type { ContainerRow, Line, PodRow, TimelineRow } from '../../server/view.ts';
import type { Entry } from './history.ts';
import { nameOf, type Row } from './row.ts';

/** Both clocks at the moment of asking. */
export interface Moment {
  readonly now: Tick;
  readonly wall: WallTime;
}

/** A pod as people see it. Undefined until it was planned once. */
export function podRow(row: Row, moment: Moment): PodRow | undefined {
  const { status, plan, want } = row;
  if (status === undefined || plan === undefined) return undefined;
  const [namespace = '', name = ''] = (nameOf(row) ?? '').split('/');
  const containers = [
    ...(status.initContainerStatuses ?? []).map((each) => containerRow(each, 'init')),
    ...status.containerStatuses.map((each) => containerRow(each, 'main')),
  ];
  return {
    namespace,
    name,
    uid: row.uid,
    source: want.kind === 'pod' ? want.source : 'none',
    stage: plan.stage,
    summary: summaryOf(row, status),
    ready: {
      containers: status.containerStatuses.filter(({ ready }) => ready).length,
      of: status.containerStatuses.length,
    },
    restarts: containers.reduce((sum, { restarts }) => sum + restarts, 0),
    ip: status.podIP ?? '',
    ports: tcpPorts(row),
    startTime: status.startTime ?? '',
    containers,
    doing: doing(row),
    waits: plan.waits.map((wait) => waitLine(row, wait, moment)),
    status,
  };
}

/** The timeline in words, oldest first. */
export function timelineRows(row: Row, { now, wall }: Moment): readonly TimelineRow[] {
  // "in 10s" counts from the moment of the entry.
  const tick = ({ at }: Entry): Tick => (now - (wall - at)) as Tick;
  return row.history.timeline.map((entry) => ({ at: rfc3339(entry.at), text: entryText(entry, tick(entry)) }));
}

function tcpPorts({ want }: Row): readonly number[] {
  if (want.kind === 'absent') return [];
  const ports = want.pod.spec.containers.flatMap((container) => container.ports ?? []);
  return ports.filter(({ protocol }) => protocol === 'TCP').map(({ containerPort }) => containerPort);
}

function summaryOf({ want }: Row, status: PodStatus): string {
  const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (want.kind === 'absent') return ended ? status.phase : 'Terminating';
  return podSummary(want.pod, status, want.deletion !== undefined);
}

function doing(row: Row): readonly Line[] {
  return row.inFlight.actions.map((action) => ({
    code: action.why.code,
    text: whyText(action.why),
    since: timeText(row.history.whySince(action)),
  }));
}

function waitLine(row: Row, planned: Wait, { now, wall }: Moment): Line {
  // Others got their turn since this plan was made; that is no reason to plan again, but people see the present.
  const wait: Wait = planned.code === 'StartSlot' ? { ...planned, ahead: row.slot.ahead } : planned;
  const until = 'until' in wait ? rfc3339((wall + Math.round(between(now, wait.until))) as WallTime) : undefined;
  return {
    code: wait.code,
    text: waitText(wait, now),
    since: timeText(row.history.waitSince(planned)),
    ...(until === undefined ? {} : { until }),
  };
}

function entryText(entry: Entry, now: Tick): string {
  switch (entry.kind) {
    case 'stage':
      return `The pod is ${entry.stage}.`;
    case 'why':
      return whyText(entry.why);
    case 'wait':
      return waitText(entry.wait, now);
    case 'failed':
      return `This failed: ${whyText(entry.why)} ${entry.message}`;
    case 'event': {
      const { type, reason, message, count } = entry.event;
      return `Event ${type} ${reason}: ${message}${count > 1 ? ` (${count} times)` : ''}`;
    }
    default:
      return entry satisfies never;
  }
}

function containerRow(status: ContainerStatus, kind: ContainerRow['kind']): ContainerRow {
  const { running, waiting, terminated } = status.state;
  const state =
    running !== undefined ? 'running' : terminated !== undefined ? terminated.reason : (waiting?.reason ?? 'waiting');
  return {
    name: status.name,
    kind,
    state,
    ready: status.ready,
    restarts: status.restartCount,
    image: status.image,
    id: status.containerID ?? '',
  };
}

function timeText(wall: WallTime | undefined): string {
  return wall === undefined ? '' : rfc3339(wall);
}
