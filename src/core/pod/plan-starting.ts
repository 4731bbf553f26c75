import type { Container } from '../../kube/pod.ts';
import { planCollection } from './collect.ts';
import { allContainers, isSidecar } from './containers.ts';
import { Draft } from './draft.ts';
import type { PodInput } from './input.ts';
import { initPosition, initSucceeded, instancesOf } from './instances.ts';
import type { ContainerKept } from './kept.ts';
import type { Plan } from './plan.ts';
import { planContainer, type Subject } from './plan-container.ts';
import { planSandbox } from './plan-sandbox.ts';
import { type ImageNeed, planImages, planPreparation, planVolumes } from './plan-upkeep.ts';
import type { SandboxSeen } from './seen.ts';
import { deadlineOf } from './stage-of.ts';
import { turnOf } from './turn.ts';
import type { WantedPod } from './want.ts';

/** Sandbox, volumes and images side by side, then the init containers one after another. */
export function planStarting(input: PodInput, want: WantedPod): Plan {
  const draft = new Draft(input, 'starting');
  const { sandbox, ready } = planFoundation(draft, want);
  if (sandbox !== undefined) planInits(draft, want, { sandbox, ready });
  return draft.finish();
}

export interface Foundation {
  /** The sandbox in which containers may start; absent while there is none. */
  readonly sandbox: SandboxSeen | undefined;
  /** Folders and volumes are in place. */
  readonly ready: boolean;
}

/** What containers stand on, and what they leave behind: the same for a pod that starts and one that runs. */
export function planFoundation(draft: Draft, want: WantedPod): Foundation {
  const { input } = draft;
  const { pod } = want;
  if (input.kept.admitted === undefined) planAdmission(draft, want);
  const prepared = planPreparation(draft, want);
  const mounted = planVolumes(draft, want);
  const sandbox = planSandbox(draft, want, prepared);
  planImages(draft, imageNeeds(want, sandbox, input));
  planCollection(draft, pod, sandbox);
  const deadline = deadlineOf(input);
  if (deadline !== undefined) draft.wake(deadline);
  const admitted = input.kept.admitted === true;
  return { sandbox: admitted ? sandbox : undefined, ready: prepared && mounted };
}

/** Init containers from the first on: sidecars behind the pod are kept up, and the next one is brought further. */
export function planInits(
  draft: Draft,
  want: WantedPod,
  { sandbox, ready }: { sandbox: SandboxSeen; ready: boolean },
): void {
  const { input } = draft;
  const inits = want.pod.spec.initContainers ?? [];
  const position = initPosition(want.pod, sandbox, input);
  inits.slice(0, position + 1).forEach((container, at) => {
    if (at < position && !isSidecar(container)) {
      recordSuccess(draft, container, sandbox);
      return;
    }
    const init = { position: at + 1, of: inits.length };
    const subject: Subject = { want, container, sandbox, ready, init, hold: 'nothing' };
    const progress = planContainer(draft, subject);
    if (at === position && progress === 'up') draft.wait({ code: 'InitContainer', container: container.name });
  });
}

// The runtime may lose the container; the ledger does not.
function recordSuccess(draft: Draft, container: Container, sandbox: SandboxSeen): void {
  const { name } = container;
  const row = draft.rowOf(name);
  if (row === undefined || row.succeededIn === sandbox.attempt) return;
  if (!initSucceeded(container, sandbox, draft.input)) return;
  draft.keepContainer(name, { ...row, succeededIn: sandbox.attempt }, `${name} succeeded`);
}

// All that can be foreseen goes into the first record, to spare a pod that starts a flush for each step.
function planAdmission(draft: Draft, want: WantedPod): void {
  const { kept, seen, wall } = draft.input;
  const { namespace, name } = want.pod.metadata;
  const known = (container: Container): ContainerKept => {
    const recorded = kept.containers[container.name];
    return recorded ?? { attempt: instancesOf(seen, container.name)[0]?.attempt ?? 0 };
  };
  const rows = allContainers(want.pod).map((container) => [container.name, known(container)]);
  const containers = { ...kept.containers, ...Object.fromEntries(rows) };
  const startTime = kept.startTime ?? wall;
  draft.keep({ identity: { namespace, name }, startTime, admitted: true, containers }, 'the pod is admitted');
}

// Every instance that is to be made, also of containers whose turn is later. Those behind the pod need none.
function imageNeeds(want: WantedPod, sandbox: SandboxSeen | undefined, input: PodInput): readonly ImageNeed[] {
  const { pod } = want;
  const passed = sandbox === undefined ? 0 : initPosition(pod, sandbox, input);
  const inits = pod.spec.initContainers ?? [];
  return allContainers(pod).flatMap((container) => {
    if (!isSidecar(container) && inits.slice(0, passed).includes(container)) return [];
    const turn = turnOf(container, { pod, sandbox, seen: input.seen, kept: input.kept });
    const known = turn.kind === 'assign' && instancesOf(input.seen, container.name).length > 0;
    return (turn.kind === 'create' || turn.kind === 'assign') && !known ? [{ container, attempt: turn.attempt }] : [];
  });
}
