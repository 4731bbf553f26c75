import { coreDecisions, type Decisions } from '../src/agent/decisions.ts';
import { type Agent, startAgent } from '../src/agent/kubelet.ts';
import type { ContainerId } from '../src/core/pod/seen.ts';
import type { Pod } from '../src/kube/pod.ts';
import type { Random } from '../src/lib/random.ts';
import { type Milliseconds, milliseconds, type Tick } from '../src/lib/time.ts';
import type { Logger } from '../src/ports/logger.ts';
import type { LineLog } from '../src/ports/store.ts';
import type { Call } from '../src/testing/fake-calls.ts';
import { type FakeNode, fakeNode, portsOf } from '../src/testing/fake-node.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { type Asked, Instances, startsAfterRemoval, unrecordedAttempt } from './checkers.ts';
import { agentConfig } from './config.ts';
import { Coverage } from './coverage.ts';
import { settleForeigners, touchesForeign } from './foreign.ts';
import { someProgram } from './pods.ts';
import { silentPlan, Told } from './told.ts';
import { Trace } from './trace.ts';
import { pickRates, Weather } from './weather.ts';

/** One machine, its faults, and the lives of the agent on it. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly trace: Trace = new Trace(() => this.clock.now());
  readonly coverage: Coverage = new Coverage();
  readonly node: FakeNode;
  readonly weather: Weather;
  readonly violations: string[] = [];
  /** Containers that somebody else removed. */
  readonly taken: Set<string> = new Set();
  readonly #decisions: Decisions;
  readonly #removedAt = new Map<string, number>();
  readonly #instances = new Instances();
  readonly #told: Told;
  #dead = false;
  #lives = 0;
  #life: { readonly agent: Agent; readonly end: AbortController } | undefined;

  constructor(random: Random, decisions: Decisions = coreDecisions) {
    this.weather = new Weather(pickRates(random), { random, coverage: this.coverage }, () => {
      this.crash('within a call');
    });
    this.node = fakeNode(this.clock, {
      program: (container) => someProgram(container.name, this.weather.calm, random),
      deliver: () => this.weather.deliver(),
    });
    this.#told = new Told(this.node);
    this.#decisions = this.#watched(decisions);
    // Within one turn the agent may die in one call and begin another: that one nobody makes.
    this.node.world.faults = {
      before: (call) => (this.#dead ? 'never' : this.weather.before(call)),
      after: (call) => this.weather.after(call),
    };
    this.node.world.latency = (call) => this.weather.latency(call);
    this.node.world.trace = (call) => this.#called(call);
    settleForeigners(this.node);
  }

  get alive(): boolean {
    return this.#life !== undefined;
  }

  get agent(): Agent | undefined {
    return this.#life?.agent;
  }

  get wanted(): ReadonlySet<string> {
    return new Set(this.node.source.content.pods.map((pod) => pod.metadata.uid));
  }

  /** A new life of the agent on the same machine: all that it knows is what the earlier ones left outside. */
  start(): void {
    if (this.#life !== undefined) return;
    const end = new AbortController();
    this.#dead = false;
    this.trace.add('agent', 'starts');
    const ports = { ...portsOf(this.node, this.#logger()), journal: this.#journal() };
    const options = { config: agentConfig, version: 'simulated', decisions: this.#decisions };
    const agent = startAgent(options, ports, end.signal);
    this.#life = { agent, end };
    agent.ended.catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#violate(`the agent ended by a bug: ${text}`);
    });
  }

  /** False when it had no life. */
  crash(where: string): boolean {
    if (this.#life === undefined) return false;
    this.trace.add('agent', `dies ${where}`);
    this.node.store.crash();
    this.node.statuses.crash();
    this.node.statuses.crash();
    const { end } = this.#life;
    this.#life = undefined;
    this.#dead = true;
    end.abort(new Error('crashed'));
    return true;
  }

  apply(pod: Pod): void {
    this.#forget(pod.metadata.name);
    this.#removedAt.delete(pod.metadata.uid);
    this.trace.add('source', `has pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.apply(pod);
  }

  remove(pod: Pod): void {
    this.#forget(pod.metadata.name);
    this.trace.add('source', `lost pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.remove(pod.metadata.name);
  }

  /** Somebody else removes a container: nobody can tell any more how often it ran and how it ended. */
  take(id: ContainerId): void {
    this.trace.add('someone', `removes ${this.#short(id)}`);
    const uid = this.node.runtime.state.containers.get(id)?.sandbox.config.uid ?? '';
    this.taken.add(id);
    this.node.runtime.take(id);
    this.#instances.forget(uid);
    this.#told.forgetContainers(uid);
  }

  /** Lets time pass and checks after every step. */
  async run(wait: Milliseconds): Promise<void> {
    const end = (this.clock.now() + wait) as Tick;
    await this.clock.settle();
    while (this.violations.length === 0 && (await this.clock.step(end))) this.#check();
    await this.clock.advanceTo(end);
    this.#check();
  }

  /** Ends all faults, and gives the agent a life if it has none. */
  async calmDown(): Promise<void> {
    this.weather.calm = true;
    this.node.runtime.down = false;
    this.trace.add('world', 'faults have stopped');
    await this.run(milliseconds(1));
    this.start();
  }

  #forget(name: string): void {
    const old = this.node.source.content.pods.find((pod) => pod.metadata.name === name);
    if (old !== undefined) this.#removedAt.set(old.metadata.uid, this.clock.now());
  }

  #called(call: Call): void {
    if (this.#dead) return;
    this.trace.add(call.port, `${call.method} ${this.#short(call.target)}`);
    const asked: Asked = { wanted: this.wanted, removedAt: this.#removedAt };
    this.#violate(startsAfterRemoval(call, this.#podOf(call), asked));
    this.#violate(unrecordedAttempt(call, this.node));
    this.#violate(touchesForeign(call));
  }

  #podOf(call: Call): string | undefined {
    if (call.method !== 'startContainer') return call.target.split('_').at(-2);
    const { containers } = this.node.runtime.state;
    return [...containers.values()].find(({ seen }) => seen.id === call.target)?.sandbox.config.uid;
  }

  // Ids of the fake runtime are long; a reader of the trace wants to know whose they are.
  #short(target: string): string {
    const { containers, sandboxes } = this.node.runtime.state;
    for (const { seen, sandbox } of containers.values()) {
      if (seen.id === target) return `${seen.name}#${seen.attempt} of ${sandbox.config.uid} (${target.slice(-4)})`;
    }
    for (const { seen, config } of sandboxes.values()) {
      if (seen.id === target) return `sandbox#${seen.attempt} of ${config.uid} (${target.slice(-4)})`;
    }
    return target;
  }

  #check(): void {
    for (const violation of this.#instances.check(this.node)) this.#violate(violation);
  }

  #watched(decisions: Decisions): Decisions {
    return {
      ...decisions,
      planPod: (input) => {
        const plan = decisions.planPod(input);
        this.#violate(silentPlan(input, plan));
        return plan;
      },
      podStatus: (input, wall, previous) => {
        const status = decisions.podStatus(input, wall, previous);
        for (const violation of this.#told.status(input, status)) this.#violate(violation);
        return status;
      },
    };
  }

  // A row that is dropped ends one life of its pod: what comes under the same UID afterwards begins anew.
  #journal(): LineLog {
    this.#lives += 1;
    const life = this.#lives;
    return {
      append: (line) => {
        // The dead write no more.
        if (this.#dead || life !== this.#lives) return;
        this.node.journal.append(line);
        const uid = /^\{"line":"gone","uid":"([^"]*)"/.exec(line)?.[1];
        if (uid === undefined) return;
        this.#told.forget(uid);
        this.#instances.forget(uid);
      },
    };
  }

  #violate(violation: string | undefined): void {
    if (violation === undefined || this.violations.includes(violation)) return;
    this.violations.push(violation);
    this.trace.add('CHECK', violation);
  }

  #logger(): Logger {
    const say = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      this.trace.add(level, fields?.['uid'] === undefined ? message : `${fields['uid']}: ${message}`);
    return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  }
}
