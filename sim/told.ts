import type { PodInput } from '../src/core/pod/input.ts';
import type { Plan } from '../src/core/pod/plan.ts';
import type { ContainerStatus, PodStatus } from '../src/kube/pod-status.ts';
import type { FakeNode } from '../src/testing/fake-node.ts';

interface End {
  readonly id: string;
  readonly exitCode: number;
}

interface Before {
  readonly phase: PodStatus['phase'];
  readonly restarts: Map<string, number>;
  /** The last end that was told of each container, by name. */
  readonly ends: Map<string, End>;
}

/** Remembers all that was told of each pod, over the lives of the agent, and checks whatever is told next against it. */
export class Told {
  readonly #node: FakeNode;
  readonly #pods = new Map<string, Before>();
  readonly #robbed = new Set<string>();

  constructor(node: FakeNode) {
    this.#node = node;
  }

  /** The agent has dropped the pod: under the same UID another life of it may begin. */
  forget(uid: string): void {
    this.#pods.delete(uid);
    this.#robbed.delete(uid);
  }

  /** Somebody else has removed a container of it: what was told of them may be forgotten, but not the phase. */
  forgetContainers(uid: string): void {
    this.#robbed.add(uid);
  }

  /** I3 and I5, restart counts that fall, and exit codes that are lost or changed. */
  status({ uid, seen, want }: PodInput, status: PodStatus): readonly string[] {
    if (want.kind === 'absent' || want.removed === true) {
      // Nobody asks for it any more; if its source wants it again, another life of it begins.
      this.forget(uid);
      return this.#phase(uid, status, undefined);
    }
    const before = this.#pods.get(uid);
    const found = this.#phase(uid, status, before?.phase);
    const known: Before = {
      phase: status.phase,
      restarts: before?.restarts ?? new Map(),
      ends: before?.ends ?? new Map(),
    };
    for (const each of [...(status.initContainerStatuses ?? []), ...status.containerStatuses]) {
      const name = `${each.name} of pod ${uid}`;
      const restarts = known.restarts.get(each.name) ?? 0;
      if (each.restartCount < restarts && !this.#robbed.has(uid))
        found.push(`I3: restarts of ${name} went from ${restarts} to ${each.restartCount}`);
      known.restarts.set(each.name, Math.max(restarts, each.restartCount));
      if (seen.observed && !this.#robbed.has(uid)) found.push(...this.#ends(name, each, known.ends));
    }
    this.#pods.set(uid, known);
    return found;
  }

  #phase(uid: string, { phase }: PodStatus, before: PodStatus['phase'] | undefined): string[] {
    const found: string[] = [];
    const ended = phase === 'Succeeded' || phase === 'Failed';
    if ((before === 'Succeeded' || before === 'Failed') && before !== phase) {
      found.push(`I3: pod ${uid} went from ${before} to ${phase}`);
    }
    if (ended && this.#node.runtime.state.running(uid).length > 0) {
      found.push(`I5: pod ${uid} is told ${phase} while a container of it runs`);
    }
    return found;
  }

  // What the runtime has dropped may be forgotten; what it still has is told as it was before.
  #ends(name: string, status: ContainerStatus, ends: Map<string, End>): readonly string[] {
    const shown = [status.state.terminated, status.lastState.terminated].filter(
      (end) => end?.containerID !== undefined,
    );
    const last = ends.get(status.name);
    const found: string[] = [];
    if (last !== undefined) {
      const now = shown.find((end) => end?.containerID === last.id);
      const id = last.id.slice(last.id.indexOf('://') + 3);
      const there = [...this.#node.runtime.state.containers.values()].some(({ seen }) => seen.id === id);
      if (now !== undefined && now.exitCode !== last.exitCode) {
        found.push(`I3: exit code of ${name} (${id.slice(-4)}) went from ${last.exitCode} to ${now.exitCode}`);
      }
      if (now === undefined && shown.length === 0 && there)
        found.push(`I3: the end of ${name} (${id.slice(-4)}) is lost`);
    }
    const newest = shown[0];
    if (newest?.containerID !== undefined && newest.reason !== 'ContainerStatusUnknown') {
      ends.set(status.name, { id: newest.containerID, exitCode: newest.exitCode });
    }
    return found;
  }
}

/** I15: a plan that asks for nothing says what it waits for. */
export function silentPlan({ uid }: PodInput, plan: Plan): string | undefined {
  const silent = plan.waits.length === 0 && plan.actions.length === 0 && plan.stage !== 'gone';
  return silent ? `I15: pod ${uid} (${plan.stage}) does nothing and does not say what it waits for` : undefined;
}
