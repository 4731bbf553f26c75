import type { Observation } from '../core/pod/fact.ts';
import type { ContainerId, SandboxId } from '../core/pod/seen.ts';
import type { PodUid } from '../kube/meta.ts';
import { PortError } from '../ports/port-error.ts';
import type {
  Containers,
  RuntimeEvent,
  RuntimeStatus,
  RuntimeWatch,
  Sandboxes,
  StreamRequest,
  Streams,
} from '../ports/runtime.ts';
import type { FakeWorld } from './fake-calls.ts';
import { FakeContainers } from './fake-containers.ts';
import { FakeRuntimeCore, type FakeRuntimeOptions } from './fake-runtime-core.ts';
import type { FakeRuntimeState } from './fake-runtime-state.ts';
import { FakeSandboxes } from './fake-sandboxes.ts';

/**
 * A container runtime in memory: names are reserved until removal, an attempt is refused when its name is taken, and
 * processes live on when the caller goes away. Its four ports look at one state.
 */
export class FakeRuntime {
  readonly sandboxes: Sandboxes;
  readonly containers: Containers;
  readonly watch: RuntimeWatch;
  readonly streams: Streams;
  readonly #core: FakeRuntimeCore;
  #status: RuntimeStatus = {
    name: 'fake',
    version: '2.0.0',
    apiVersion: 'v1',
    ready: true,
    notReadyReason: '',
    networkReady: true,
    networkNotReadyReason: '',
    handlers: [''],
    cgroupDriver: 'cgroupfs',
  };

  constructor(options: FakeRuntimeOptions, world: FakeWorld) {
    this.#core = new FakeRuntimeCore(options, world);
    this.sandboxes = new FakeSandboxes(this.#core);
    this.containers = new FakeContainers(this.#core);
    const { state } = this.#core;
    this.watch = {
      observe: (uid, signal) => this.#call('observe', uid, () => state.observe(uid), signal),
      list: (signal) => this.#call('list', '', () => this.#list(), signal),
      events: (signal) => this.#events(signal),
      status: (signal) => this.#call('status', '', () => this.#status, signal),
    };
    this.streams = {
      exec: (request, signal) => this.#call('exec', request.id, () => this.#url('exec', request), signal),
      attach: (request, signal) => this.#call('attach', request.id, () => this.#url('attach', request), signal),
    };
  }

  /** What it has now, for checks; a test changes it only through the methods below. */
  get state(): FakeRuntimeState {
    return this.#core.state;
  }

  /** While down, every call is `unavailable`; containers live on. Going down breaks the event streams. */
  set down(down: boolean) {
    this.#core.down = down;
    if (down) this.#core.events.break();
  }

  get down(): boolean {
    return this.#core.down;
  }

  /** Breaks the event streams alone. */
  breakEvents(): void {
    this.#core.events.break();
  }

  /** How many read events now. */
  get eventReaders(): number {
    return this.#core.events.readers;
  }

  /** Changes what `status` says. */
  report(change: Partial<RuntimeStatus>): void {
    this.#status = { ...this.#status, ...change };
  }

  /** A container's program ends by itself, or somebody kills it. */
  exit(id: ContainerId, exitCode: number): void {
    this.#core.exit(id, exitCode);
  }

  /** Somebody else removes a container, which ends it. */
  take(id: ContainerId): void {
    this.#core.removeContainer(id);
  }

  /** Somebody else, or a reboot, ends a sandbox with all that runs in it. */
  kill(id: SandboxId): void {
    this.#core.stopSandbox(id);
  }

  #call<Value>(method: string, target: string, effect: () => Value, signal: AbortSignal): Promise<Value> {
    return this.#core.call({ method, target }, effect, signal);
  }

  #list(): ReadonlyMap<PodUid, Observation> {
    const { state } = this.#core;
    return new Map(state.uids().map((uid) => [uid as PodUid, state.observe(uid)]));
  }

  async *#events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    if (this.#core.down) throw new PortError('unavailable', 'cannot read runtime events: the runtime is down');
    if (this.#core.options.hasEvents === false) {
      throw new PortError('refused', 'cannot read runtime events: the runtime has none');
    }
    yield* this.#core.events.read(signal);
  }

  #url(kind: string, request: StreamRequest): string {
    this.#core.container(kind, request.id);
    return `http://127.0.0.1:10010/${kind}/${request.id}`;
  }
}
