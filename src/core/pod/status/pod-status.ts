import type { ContainerStatus, PodPhase, PodStatus } from '../../../kube/pod-status.ts';
import { rfc3339 } from '../../../lib/rfc3339.ts';
import type { WallTime } from '../../../lib/time.ts';
import { qosClass } from '../../resources/qos.ts';
import { podAddresses } from '../addresses.ts';
import { allContainers } from '../containers.ts';
import type { PodInput } from '../input.ts';
import { isLive, isUnread } from '../instances.ts';
import type { Stage } from '../stage.ts';
import { isKeptBySource, stageOf } from '../stage-of.ts';
import type { WantedPod } from '../want.ts';
import { cappedMessages } from './caps.ts';
import { podConditions } from './conditions.ts';
import { containerStatuses } from './containers.ts';
import { newestSandbox, type StatusContext, wasInitialised } from './context.ts';
import { finalStatuses } from './final.ts';
import { orphanStatus } from './orphan.ts';
import { podPhase } from './phase.ts';

/**
 * The status of a pod as the API shows it: a projection of what is wanted, seen and decided.
 *
 * `previous` is what was told last: times of conditions, addresses and the ends of containers that the runtime has
 * forgotten are kept from it, and a terminal phase is never undone. Times are in whole seconds.
 */
export function podStatus(input: PodInput, wall: WallTime, previous?: PodStatus): PodStatus {
  const { want } = input;
  if (want.kind === 'absent') return orphanStatus(input, previous);
  // Before the first look nothing is known: what was told last is closer to the truth than "all is gone".
  if (!input.seen.observed && previous !== undefined) return withDecidedEnd(previous, { input, want, wall });
  const context = contextOf(input, want, previous);
  const { init, main } = statusesOf(context);
  const outcome = outcomeOf(context, { init, main });
  const conditions = podConditions({
    pod: want.pod,
    init,
    main,
    phase: input.kept.verdict?.phase ?? outcome.phase,
    sandboxes: input.seen.sandboxes,
    previous,
    now: rfc3339(wall),
  });
  const { generation } = want.pod.metadata;
  const startTime = input.kept.startTime === undefined ? previous?.startTime : rfc3339(input.kept.startTime);
  const cap = cappedMessages(allContainers(want.pod).length);
  return {
    ...outcome,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions,
    ...addresses(context),
    ...(startTime === undefined ? {} : { startTime }),
    qosClass: qosClass(want.pod),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map(cap) }),
    containerStatuses: main.map(cap),
  };
}

interface Statuses {
  readonly init: readonly ContainerStatus[];
  readonly main: readonly ContainerStatus[];
}

function statusesOf(context: StatusContext): Statuses {
  // Of a refused pod nothing was ever begun: there is no container to tell of.
  if (context.input.kept.admitted === false) return { init: [], main: [] };
  const seen = containerStatuses(context);
  return context.ended ? finalStatuses(context.want.pod, seen) : seen;
}

function contextOf(input: PodInput, want: WantedPod, previous: PodStatus | undefined): StatusContext {
  const { seen } = input;
  const ending = endings.has(stageOf(input).kind);
  // A container that was made may be starting at this moment; what is not looked at yet may run.
  const alive = seen.containers.some(
    (container) => isLive(container) || container.state === 'created' || (isUnread(container) && seen.look !== 'no'),
  );
  return { input, want, previous, ending, ended: ending && seen.look !== 'first' && !alive };
}

/** The stages in which nothing of the pod is started any more. */
const endings: ReadonlySet<Stage['kind']> = new Set(['stopping', 'finished', 'cleaning', 'gone'] as const);

type Outcome = Pick<PodStatus, 'phase' | 'reason' | 'message'>;

/**
 * The phase, and the reason for it. An end is told once it stands in the ledger and nothing runs any more: an end that
 * only this life of the agent knew could be another one after a crash, and what was told stands for ever (I3, I5).
 */
function outcomeOf(context: StatusContext, statuses: Statuses): Outcome {
  const { input, want, previous, ended } = context;
  if (previous !== undefined && isTerminal(previous.phase)) return reasoned(previous);
  const { verdict } = input.kept;
  // A verdict is only recorded once nothing runs, and nothing starts after it: it needs no look.
  if (verdict !== undefined && (ended || !input.seen.observed)) return reasoned({ ...verdict, ...rejection(input) });
  const initialised = wasInitialised(context);
  const phase = podPhase(want.pod, { ...statuses, initialised, ended });
  const told = ended && !isKeptBySource(input);
  // A pod that was ended before it had begun has failed: "Pending" would never come to an end.
  if (told) return { phase: isTerminal(phase) ? phase : 'Failed' };
  if (!isTerminal(phase)) return { phase };
  return { phase: previous?.phase ?? (initialised ? 'Running' : 'Pending') };
}

/** What was told last, with an end that the ledger knows and that was not told before a crash. */
function withDecidedEnd(
  previous: PodStatus,
  { input, want, wall }: { readonly input: PodInput; readonly want: WantedPod; readonly wall: WallTime },
): PodStatus {
  const { verdict } = input.kept;
  if (verdict === undefined || isTerminal(previous.phase)) return previous;
  const { initContainerStatuses: init = [], containerStatuses: main } = previous;
  const told = { pod: want.pod, init, main, previous, sandboxes: [], now: rfc3339(wall) };
  const conditions = podConditions({ ...told, phase: verdict.phase });
  return { ...previous, ...reasoned({ ...verdict, ...rejection(input) }), conditions };
}

function reasoned({ phase, reason = '', message = '' }: Outcome): Outcome {
  return { phase, ...(reason === '' ? {} : { reason }), ...(message === '' ? {} : { message }) };
}

/** Tools know a refused pod by how its message begins. */
function rejection(input: PodInput): { readonly message?: string } {
  const start = 'Pod was rejected: ';
  const message = input.kept.verdict?.message ?? '';
  return input.kept.admitted === false && !message.startsWith(start) ? { message: start + message } : {};
}

function isTerminal(phase: PodPhase): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The node's addresses and the pod's own; a pod keeps those that it had when its sandbox is gone. */
function addresses(context: StatusContext): Pick<PodStatus, 'hostIP' | 'hostIPs' | 'podIP' | 'podIPs'> {
  const { input, want, previous } = context;
  const sandbox = newestSandbox(context);
  const current = podAddresses(want.pod, sandbox?.ready === true ? sandbox.ips : [], input.node);
  const ips = current.length > 0 ? current : (previous?.podIPs ?? []).map(({ ip }) => ip);
  const hostIps = input.node.ips.slice(0, 2);
  const [hostIP] = hostIps;
  const [podIP] = ips;
  return {
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: hostIps.map((ip) => ({ ip })) }),
    ...(podIP === undefined ? {} : { podIP, podIPs: ips.map((ip) => ({ ip })) }),
  };
}
