import type { Decisions } from '../src/agent/decisions.ts';
import type { ContainerId } from '../src/core/pod/seen.ts';
import type { Call } from '../src/testing/fake-calls.ts';
import type { FakeNode } from '../src/testing/fake-node.ts';
import { Instances, startsAfterRemoval, unrecordedAttempt } from './checkers.ts';
import { touchesForeign } from './foreign.ts';
import { silentPlan, Told } from './told.ts';

/** Remembers what was asked for, done and told, and judges each call, each plan, each status and each moment by it. */
export class Referee {
  readonly violations: string[] = [];
  /** Containers that somebody else removed. */
  readonly taken: Set<string> = new Set();
  readonly #node: FakeNode;
  readonly #say: (violation: string) => void;
  readonly #removedAt = new Map<string, number>();
  readonly #instances = new Instances();
  readonly #hooks = new Set<string>();
  readonly #told: Told;

  constructor(node: FakeNode, say: (violation: string) => void) {
    this.#node = node;
    this.#say = say;
    this.#told = new Told(node);
  }

  /** UIDs that the source holds now. */
  get wanted(): ReadonlySet<string> {
    return new Set(this.#node.source.content.pods.map((pod) => pod.metadata.uid));
  }

  /** The source is about to lose the pod of this name, if it has one. */
  dropped(name: string, at: number): void {
    const old = this.#node.source.content.pods.find((pod) => pod.metadata.name === name);
    if (old !== undefined) this.#removedAt.set(old.metadata.uid, at);
  }

  /** The source has this pod. */
  applied(uid: string): void {
    this.#removedAt.delete(uid);
  }

  /** Somebody else removes a container: nobody can tell any more how often it ran and how it ended. */
  took(id: ContainerId): void {
    const uid = this.#node.runtime.state.containers.get(id)?.sandbox.config.uid ?? '';
    this.taken.add(id);
    this.#instances.forget(uid);
    this.#told.forgetContainers(uid);
  }

  /** The agent has dropped the pod's row: what comes under the same UID afterwards begins anew. */
  gone(uid: string): void {
    this.#told.forget(uid);
    this.#instances.forget(uid);
  }

  called(call: Call): void {
    const asked = { wanted: this.wanted, removedAt: this.#removedAt };
    this.judge(startsAfterRemoval(call, this.#podOf(call), asked));
    this.judge(unrecordedAttempt(call, this.#node));
    this.judge(touchesForeign(call));
  }

  /** I18: a hook of an instance runs once at most. */
  ranHook(hook: string): void {
    if (this.#hooks.has(hook)) this.judge(`I18: ${hook} runs twice`);
    this.#hooks.add(hook);
  }

  /** What must be true at every moment. */
  look(): void {
    for (const violation of this.#instances.check(this.#node)) this.judge(violation);
  }

  /** The same decisions, and each plan and status is judged as it is made. */
  watched(decisions: Decisions): Decisions {
    return {
      ...decisions,
      planPod: (input) => {
        const plan = decisions.planPod(input);
        this.judge(silentPlan(input, plan));
        return plan;
      },
      podStatus: (input, wall, previous) => {
        const status = decisions.podStatus(input, wall, previous);
        for (const violation of this.#told.status(input, status)) this.judge(violation);
        return status;
      },
    };
  }

  judge(violation: string | undefined): void {
    if (violation === undefined || this.violations.includes(violation)) return;
    this.violations.push(violation);
    this.#say(violation);
  }

  #podOf(call: Call): string | undefined {
    if (call.method !== 'startContainer') return call.target.split('_').at(-2);
    const { containers } = this.#node.runtime.state;
    return [...containers.values()].find(({ seen }) => seen.id === call.target)?.sandbox.config.uid;
  }
}
