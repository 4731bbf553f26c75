import { agentConfig } from '../sim/config.ts';
import { type Agent, startAgent } from '../src/agent/kubelet.ts';
import type { AgentConfig } from '../src/agent/node/node-view.ts';
import type { ContainerConfig, SandboxConfig } from '../src/core/pod/runtime-config.ts';
import { type Milliseconds, milliseconds } from '../src/lib/time.ts';
import type { PortError } from '../src/ports/port-error.ts';
import type { Call, Fault } from '../src/testing/fake-calls.ts';
import { type FakeNode, fakeNode, portsOf } from '../src/testing/fake-node.ts';
import type { FakeContainer, Program } from '../src/testing/fake-runtime-state.ts';
import { VirtualClock } from '../src/testing/virtual-clock.ts';

/** What a command may say about the calls of one method. */
export type Trouble = { readonly takes: Milliseconds } | { readonly fails: PortError };

/** One machine on which a story plays: fakes, a clock that only commands move, and an agent that may come and go. */
export class Stage {
  readonly clock: VirtualClock = new VirtualClock();
  readonly node: FakeNode;
  /** By "pod/container": how its next instances behave. */
  readonly programs: Map<string, Program> = new Map();
  /** By method. */
  readonly troubles: Map<string, Trouble> = new Map();
  #calls: string[] = [];
  #life: { readonly agent: Agent; readonly end: AbortController } | undefined;
  #bug: unknown;

  constructor() {
    this.node = fakeNode(this.clock, { program: (container, sandbox) => this.#program(container, sandbox) });
    const { world } = this.node;
    world.trace = (call) => this.#note(call);
    world.latency = (call) => {
      const trouble = this.troubles.get(call.method);
      return trouble !== undefined && 'takes' in trouble ? trouble.takes : milliseconds(1);
    };
    world.faults = { before: (call) => this.#fault(call), after: () => 'ok' };
  }

  get agent(): Agent | undefined {
    return this.#life?.agent;
  }

  start(startSlots: number): void {
    const config: AgentConfig = { ...agentConfig, pods: { ...agentConfig.pods, startSlots } };
    const end = new AbortController();
    const agent = startAgent({ config, version: 'scenario' }, portsOf(this.node), end.signal);
    agent.ended.catch((error: unknown) => {
      this.#bug = error;
    });
    this.#life = { agent, end };
  }

  die(): void {
    this.node.store.crash();
    this.node.statuses.crash();
    this.#life?.end.abort(new Error('killed'));
    this.#life = undefined;
  }

  async advance(wait: Milliseconds): Promise<void> {
    await this.clock.advance(wait);
    if (this.#bug !== undefined) throw this.#bug;
  }

  /** The instance of "pod/container" that runs, or else the newest. */
  container(name: string): FakeContainer {
    const all = [...this.node.runtime.state.containers.values()].filter(
      ({ sandbox, config }) => `${sandbox.config.name}/${config.name}` === name,
    );
    const found = all.find(({ seen }) => seen.state === 'running') ?? all.at(-1);
    if (found === undefined) throw new Error(`the runtime has no container ${name}`);
    return found;
  }

  /** The calls since the last time, each in words. */
  takeCalls(): readonly string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  #program(container: ContainerConfig, sandbox: SandboxConfig): Program {
    return this.programs.get(`${sandbox.name}/${container.name}`) ?? {};
  }

  #fault({ method }: Call): Fault {
    const trouble = this.troubles.get(method);
    return trouble !== undefined && 'fails' in trouble ? trouble.fails : 'ok';
  }

  // Looks, lists and the agent's own files are no part of a story.
  #note({ port, method, target }: Call): void {
    const told = ['runtime', 'images', 'hooks', 'volumes'].includes(port) && !quiet.has(method);
    if (told) this.#calls.push(`${method} ${this.#inWords(target)}`);
  }

  #inWords(target: string): string {
    const { containers, sandboxes } = this.node.runtime.state;
    for (const { seen, sandbox } of containers.values()) {
      if (seen.id === target) return `${sandbox.config.name}/${seen.name} #${seen.attempt}`;
    }
    for (const { seen, config } of sandboxes.values()) {
      if (seen.id === target) return `${config.name} #${seen.attempt}`;
    }
    const parts = target.split('_');
    if (parts.length === 4) return `${parts[0]} #${parts[3]}`;
    if (parts.length === 5) return `${parts[1]}/${parts[0]} #${parts[4]}`;
    return target.replace(/^\/var\/lib\/nodelet\/pods\/([^/]*)\/volumes\/[^/]*\//, '$1 ');
  }
}

const quiet = new Set(['observe', 'list', 'status', 'imageStatus', 'listImages']);
