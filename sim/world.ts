import { type Agent, startAgent } from '../src/agent/kubelet.ts';
import type { AgentConfig } from '../src/agent/node/node-view.ts';
import type { Pod } from '../src/kube/pod.ts';
import type { PodStatus } from '../src/kube/pod-status.ts';
import type { Random } from '../src/lib/random.ts';
import { type Milliseconds, milliseconds, type Tick } from '../src/lib/time.ts';
import type { Logger } from '../src/ports/logger.ts';
import type { Call } from '../src/testing/fake-calls.ts';
import { type FakeNode, fakeNode } from '../src/testing/fake-node.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';
import { type Asked, doubles, phaseViolations, startsAfterRemoval, unrecordedAttempt } from './checkers.ts';
import { agentConfig } from './config.ts';
import { someProgram } from './pods.ts';
import { Trace } from './trace.ts';
import { pickRates, Weather } from './weather.ts';

/** One machine, its faults, and the lives of the agent on it. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly trace: Trace = new Trace(() => this.clock.now());
  readonly node: FakeNode;
  readonly weather: Weather;
  readonly violations: string[] = [];
  readonly #removedAt = new Map<string, number>();
  readonly #statuses = new Map<string, PodStatus>();
  // A pod that comes back under its old UID has a second life, and with it another phase.
  readonly #cameBack = new Set<string>();
  #life: { readonly agent: Agent; readonly end: AbortController } | undefined;
  #lives = 0;

  constructor(random: Random) {
    this.weather = new Weather(pickRates(random), random, () => this.crash('within a call'));
    this.node = fakeNode(this.clock, {
      program: (container) => someProgram(container.name, this.weather.calm, random),
      deliver: () => this.weather.deliver(),
    });
    this.node.world.faults = this.weather;
    this.node.world.latency = () => this.weather.latency();
    this.node.world.trace = (call) => this.#called(call);
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
  start(config: AgentConfig = agentConfig): void {
    if (this.#life !== undefined) return;
    this.#lives += 1;
    const end = new AbortController();
    const { runtime, source, world: _world, calls: _calls, ...ports } = this.node;
    this.trace.add('agent', `starts its life ${this.#lives}`);
    const { sandboxes, containers, watch, streams } = runtime;
    const bundle = {
      ...ports,
      clock: this.clock,
      logger: this.#logger(),
      runtime: { sandboxes, containers, watch, streams },
      sources: [source],
    };
    const agent = startAgent({ config, version: 'simulated' }, bundle, end.signal);
    this.#life = { agent, end };
    agent.ended.catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#violate(`the agent ended by a bug: ${text}`);
    });
  }

  crash(where: string): void {
    if (this.#life === undefined) return;
    this.trace.add('agent', `dies ${where}`);
    this.node.store.crash();
    const { end } = this.#life;
    this.#life = undefined;
    end.abort(new Error('crashed'));
  }

  apply(pod: Pod): void {
    this.#forget(pod.metadata.name);
    this.#removedAt.delete(pod.metadata.uid);
    if (this.#statuses.has(pod.metadata.uid)) this.#cameBack.add(pod.metadata.uid);
    this.trace.add('source', `has pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.apply(pod);
  }

  remove(pod: Pod): void {
    this.#forget(pod.metadata.name);
    this.trace.add('source', `lost pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.remove(pod.metadata.name);
  }

  /** Lets time pass and checks after every step. */
  async run(wait: Milliseconds): Promise<void> {
    const end = (this.clock.now() + wait) as Tick;
    await this.clock.settle();
    while (this.violations.length === 0 && (await this.clock.step(end))) this.#check();
    await this.clock.advanceTo(end);
    this.#check();
    this.#checkStatuses();
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
    this.trace.add(call.port, `${call.method} ${call.target}`);
    const asked: Asked = { wanted: this.wanted, removedAt: this.#removedAt };
    this.#violate(startsAfterRemoval(call, this.#podOf(call), asked));
    this.#violate(unrecordedAttempt(call, this.node));
  }

  #podOf(call: Call): string | undefined {
    if (call.method === 'startContainer') {
      for (const { seen, sandbox } of this.node.runtime.state.containers.values()) {
        if (seen.id === call.target) return sandbox.config.uid;
      }
      return undefined;
    }
    return call.target.split('_').at(-2);
  }

  #check(): void {
    for (const violation of doubles(this.node)) this.#violate(violation);
  }

  #checkStatuses(): void {
    for (const { uid, status } of this.agent?.view.pods() ?? []) {
      const before = this.#cameBack.has(uid) ? undefined : this.#statuses.get(uid);
      for (const violation of phaseViolations(uid, status, before, this.node)) this.#violate(violation);
      this.#statuses.set(uid, status);
    }
  }

  #violate(violation: string | undefined): void {
    if (violation === undefined) return;
    this.violations.push(violation);
    this.trace.add('CHECK', violation);
  }

  #logger(): Logger {
    const say = (level: string) => (message: string) => this.trace.add(level, message);
    return { debug: () => undefined, info: say('info'), warn: say('warn'), error: say('error') };
  }
}
