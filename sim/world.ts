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
import { agentConfig } from './config.ts';
import { Coverage } from './coverage.ts';
import { settleForeigners } from './foreign.ts';
import { someProgram } from './pods.ts';
import { Referee } from './referee.ts';
import { Trace } from './trace.ts';
import { pickRates, Weather } from './weather.ts';

/** One machine, its faults, and the lives of the agent on it. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly trace: Trace = new Trace(() => this.clock.now());
  readonly coverage: Coverage = new Coverage();
  readonly node: FakeNode;
  readonly weather: Weather;
  readonly referee: Referee;
  readonly #decisions: Decisions;
  #dead = false;
  #lives = 0;
  #life: { readonly agent: Agent; readonly end: AbortController } | undefined;

  constructor(random: Random, decisions: Decisions = coreDecisions) {
    this.weather = new Weather(pickRates(random), { random, coverage: this.coverage }, () => {
      this.crash('within a call');
    });
    this.node = fakeNode(this.clock, {
      program: (container) => someProgram(container.name, this.weather.calm, random),
      // Like containerd 1.6, some runtimes have no events.
      hasEvents: random() < 0.9,
      deliver: () => this.weather.deliver(),
      execSync: ({ id, command }) => {
        this.referee.ranHook(`${command.join(' ')} of ${this.#short(id)}`);
        const fails = !this.weather.calm && random() < 0.1;
        if (fails) this.coverage.add('a hook fails');
        return { exitCode: fails ? 1 : 0, stdout: '', stderr: '' };
      },
    });
    this.referee = new Referee(this.node, (violation) => this.trace.add('CHECK', violation));
    this.#decisions = this.referee.watched(decisions);
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

  get violations(): string[] {
    return this.referee.violations;
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
      this.referee.judge(`the agent ended by a bug: ${text}`);
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
    this.referee.dropped(pod.metadata.name, this.clock.now());
    this.referee.applied(pod.metadata.uid);
    this.trace.add('source', `has pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.apply(pod);
  }

  remove(pod: Pod): void {
    this.referee.dropped(pod.metadata.name, this.clock.now());
    this.trace.add('source', `lost pod ${pod.metadata.name} (${pod.metadata.uid})`);
    this.node.source.remove(pod.metadata.name);
  }

  /** Somebody else removes a container: nobody can tell any more how often it ran and how it ended. */
  take(id: ContainerId): void {
    this.trace.add('someone', `removes ${this.#short(id)}`);
    this.referee.took(id);
    this.node.runtime.take(id);
  }

  /** Lets time pass and checks after every step. */
  async run(wait: Milliseconds): Promise<void> {
    const end = (this.clock.now() + wait) as Tick;
    await this.clock.settle();
    while (this.violations.length === 0 && (await this.clock.step(end))) this.referee.look();
    await this.clock.advanceTo(end);
    this.referee.look();
  }

  /** Ends all faults, and gives the agent a life if it has none. */
  async calmDown(): Promise<void> {
    this.weather.calm = true;
    this.node.runtime.down = false;
    this.trace.add('world', 'faults have stopped');
    await this.run(milliseconds(1));
    this.start();
  }

  #called(call: Call): void {
    if (this.#dead) return;
    this.trace.add(call.port, `${call.method} ${this.#short(call.target)}`);
    this.referee.called(call);
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
        if (uid !== undefined) this.referee.gone(uid);
      },
    };
  }

  #logger(): Logger {
    const say = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      this.trace.add(level, fields?.['uid'] === undefined ? message : `${fields['uid']}: ${message}`);
    return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  }
}
