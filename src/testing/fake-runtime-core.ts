import type { ContainerConfig, SandboxConfig } from '../core/pod/runtime-config.ts';
import type { ContainerId, SandboxId } from '../core/pod/seen.ts';
import type { PodUid } from '../kube/meta.ts';
import { milliseconds, type WallTime } from '../lib/time.ts';
import { PortError } from '../ports/port-error.ts';
import type { ExecResult, ExecSync, RuntimeEvent } from '../ports/runtime.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';
import { FakeRuntimeEvents } from './fake-runtime-events.ts';
import { type FakeContainer, FakeRuntimeState, type FakeSandbox, type Program, uidOf } from './fake-runtime-state.ts';

/** What a test decides about the fake runtime. */
export interface FakeRuntimeOptions {
  /** How a container's program behaves; asked at each create. Left out: all run for ever and end at the stop signal. */
  readonly program?: (container: ContainerConfig, sandbox: SandboxConfig) => Program;
  /** False: like containerd 1.6, it has no events. */
  readonly hasEvents?: boolean;
  /** When one event arrives, in ms from now: nothing for a lost one, two numbers for a doubled one. */
  readonly deliver?: (event: RuntimeEvent) => readonly number[];
  /** Whether the runtime has an image by this id; left out: it has all. */
  readonly hasImage?: (id: string) => boolean;
  readonly execSync?: (request: ExecSync) => ExecResult;
}

/** The exit code of a process that was killed. */
export const killed = 137;

/** What all parts of the fake runtime share: its state, its names, its events and the way a call goes. */
export class FakeRuntimeCore {
  readonly state: FakeRuntimeState = new FakeRuntimeState();
  readonly events: FakeRuntimeEvents = new FakeRuntimeEvents();
  readonly options: FakeRuntimeOptions;
  readonly #calls: FakeCalls;
  // Names of calls under way: a second call with the same name is refused before the first has ended.
  readonly #reserved = new Set<string>();
  down = false;

  constructor(options: FakeRuntimeOptions, world: FakeWorld) {
    this.options = options;
    this.#calls = new FakeCalls('runtime', world);
  }

  wall(): WallTime {
    return this.#calls.world.clock.wall();
  }

  async wait(time: number, signal?: AbortSignal): Promise<void> {
    await this.#calls.wait(milliseconds(time), signal);
  }

  /** One call: refused while the runtime is down, and whatever the world does to it. */
  call<Value>(
    what: { readonly method: string; readonly target: string },
    effect: () => Value | Promise<Value>,
    signal: AbortSignal,
  ): Promise<Value> {
    const checked = (): Value | Promise<Value> => {
      if (this.down) throw new PortError('unavailable', `cannot ${what.method} ${what.target}: the runtime is down`);
      return effect();
    };
    return this.#calls.perform(what, checked, signal);
  }

  /** Makes something with a name; the name is taken while the runtime works on it, and refused when it has it. */
  async reserving<Value>(name: string, taken: () => boolean, make: () => Value): Promise<Value> {
    if (this.#reserved.has(name) || taken()) {
      throw new PortError('conflict', `cannot make ${name}: the runtime has that name`);
    }
    this.#reserved.add(name);
    try {
      await this.wait(1);
      if (this.down) throw new PortError('unavailable', `cannot make ${name}: the runtime is down`);
      return make();
    } finally {
      this.#reserved.delete(name);
    }
  }

  exit(id: ContainerId, exitCode: number): void {
    const container = this.state.containers.get(id);
    if (container === undefined || !this.state.exited(container, exitCode, this.wall())) return;
    this.emit(container.sandbox, id, 'stopped');
  }

  removeContainer(id: ContainerId): void {
    const container = this.state.containers.get(id);
    if (container === undefined) return;
    if (container.seen.state === 'running') this.exit(id, killed);
    this.state.containers.delete(id);
    this.emit(container.sandbox, id, 'deleted');
  }

  stopSandbox(id: SandboxId): void {
    for (const [containerId, container] of this.state.containers) {
      if (container.sandbox.seen.id === id) this.exit(containerId, killed);
    }
    const sandbox = this.state.sandboxes.get(id);
    if (sandbox === undefined || !sandbox.seen.ready) return;
    this.state.setReady(id, false);
    this.emit(sandbox, id, 'stopped');
  }

  container(verb: string, id: ContainerId): FakeContainer {
    const container = this.state.containers.get(id);
    if (container === undefined) throw new PortError('absent', `cannot ${verb} container ${id}: it does not exist`);
    return container;
  }

  emit(sandbox: FakeSandbox, containerId: string, kind: RuntimeEvent['kind']): void {
    const event: RuntimeEvent = { uid: (uidOf(sandbox.config) ?? '') as PodUid, containerId, kind };
    for (const delay of this.options.deliver?.(event) ?? [0]) {
      if (delay === 0) this.events.emit(event);
      else void this.wait(delay).then(() => this.events.emit(event));
    }
  }
}
