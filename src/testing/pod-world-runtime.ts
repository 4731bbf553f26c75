import type { PortErrorKind } from '../core/failure.ts';
import type { Action } from '../core/pod/action.ts';
import type { Done, Observation, Result } from '../core/pod/fact.ts';
import { isLive } from '../core/pod/instances.ts';
import type { ContainerId, ContainerSeen, SandboxId, SandboxSeen, Seen } from '../core/pod/seen.ts';
import type { WallTime } from '../lib/time.ts';

/** What exists outside the agent, for one pod: a runtime with names, a disk, and the durable row of the ledger. */
export class WorldRuntime {
  readonly sandboxes: Map<SandboxId, SandboxSeen> = new Map();
  readonly containers: Map<ContainerId, ContainerSeen> = new Map();
  readonly images: Set<string> = new Set();
  disk: Seen['disk'] = { data: false, cgroup: false, logs: false };
  /** What must never happen here, whatever the agent was told. */
  readonly problems: string[] = [];
  /** Every instance that was started, in order. */
  readonly started: string[] = [];
  wall: WallTime = 1_000_000 as WallTime;
  readonly #hooks: Set<string> = new Set();
  #made = 0;

  get isEmpty(): boolean {
    return this.sandboxes.size + this.containers.size === 0 && !this.disk.data && !this.disk.cgroup && !this.disk.logs;
  }

  observe(): Observation {
    return { sandboxes: [...this.sandboxes.values()], containers: [...this.containers.values()] };
  }

  /** A container's process ends by itself. */
  exit(id: ContainerId, exitCode: number): void {
    const container = this.containers.get(id);
    if (container?.state !== 'running' && container?.state !== 'unknown') return;
    this.containers.set(id, { ...container, state: 'exited', exitCode, finishedAt: this.wall, reason: 'Error' });
  }

  /** The runtime loses track of a container: it may run or not. */
  forget(id: ContainerId): void {
    const container = this.containers.get(id);
    if (container?.state === 'running') this.containers.set(id, { ...container, state: 'unknown' });
  }

  /** The sandbox dies, and all that runs in it. */
  kill(id: SandboxId): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) return;
    this.sandboxes.set(id, { ...sandbox, ready: false });
    for (const container of this.#inside(id)) this.exit(container.id, 137);
  }

  /** What a step of the agent does, and what it gets to hear when nothing goes wrong. */
  perform(action: Action): Result {
    switch (action.kind) {
      case 'record':
        return nothing;
      case 'runHook': {
        const run = `${action.id}/${action.hook}`;
        if (this.#hooks.has(run)) this.problems.push(`I18: ${run} runs twice`);
        this.#hooks.add(run);
        return done({ kind: 'hook', ok: true, message: '' });
      }
      case 'look':
        return done({ kind: 'looked', basedOn: 0, observation: this.observe() });
      case 'prepare':
        this.disk = { data: true, cgroup: true, logs: true };
        return nothing;
      case 'mountVolume':
        this.disk = { ...this.disk, data: true };
        return nothing;
      case 'checkImage':
      case 'pullImage':
        return this.#image(action);
      case 'removeData':
        if (this.#running().length > 0) this.problems.push('I16: data is removed under a running container');
        this.disk = { ...this.disk, data: false };
        return nothing;
      case 'removeCgroup':
        this.disk = { ...this.disk, cgroup: false };
        return nothing;
      case 'removeLogs':
        this.disk = { ...this.disk, logs: false };
        return nothing;
      default:
        return this.#inRuntime(action);
    }
  }

  #inRuntime(action: Action): Result {
    switch (action.kind) {
      case 'runSandbox':
        return this.#run(action);
      case 'stopSandbox':
        this.kill(action.id);
        return nothing;
      case 'removeSandbox':
        if (this.#inside(action.id).some(({ state }) => state === 'running')) {
          this.problems.push(`I16: ${action.key} while a container runs in it`);
        }
        for (const { id } of this.#inside(action.id)) this.containers.delete(id);
        this.sandboxes.delete(action.id);
        return nothing;
      case 'createContainer':
        return this.#create(action);
      case 'startContainer':
        return this.#start(action);
      case 'stopContainer':
        this.exit(action.id, 143);
        return nothing;
      case 'removeContainer':
        this.containers.delete(action.id);
        return nothing;
      default:
        throw new Error(`the world knows no ${action.kind}`);
    }
  }

  #image({ kind, image }: Extract<Action, { kind: 'checkImage' | 'pullImage' }>): Result {
    if (kind === 'pullImage') this.images.add(image);
    const present = { kind: 'present', id: `id of ${image}`, uid: 0, pulledFor: [] } as const;
    return done({ kind: 'image', image: this.images.has(image) ? present : { kind: 'absent' } });
  }

  #run({ config }: Extract<Action, { kind: 'runSandbox' }>): Result {
    const { attempt, name, namespace } = config;
    if ([...this.sandboxes.values()].some((sandbox) => sandbox.attempt === attempt)) return failed('conflict');
    const sandbox: SandboxSeen = {
      id: this.#nextId('s') as SandboxId,
      attempt,
      ready: true,
      createdAt: this.wall,
      ips: ['10.0.0.2'],
      network: config.namespaces.network === 'NODE' ? 'NODE' : 'POD',
      name,
      namespace,
    };
    this.sandboxes.set(sandbox.id, sandbox);
    this.disk = { ...this.disk, cgroup: true, logs: true };
    return done({ kind: 'sandbox', sandbox });
  }

  #create({ config, sandboxId }: Extract<Action, { kind: 'createContainer' }>): Result {
    const { name, attempt, image, annotations } = config;
    const taken = [...this.containers.values()].some((one) => one.name === name && one.attempt === attempt);
    if (taken) return failed('conflict');
    if (this.sandboxes.get(sandboxId)?.ready !== true) return failed('absent');
    const id = this.#nextId(name) as ContainerId;
    const common = { id, name, attempt, sandboxId, image, imageId: image, annotations };
    this.containers.set(id, { ...common, state: 'created', createdAt: this.wall });
    this.disk = { ...this.disk, data: true };
    return done({ kind: 'created', id });
  }

  #start({ id }: Extract<Action, { kind: 'startContainer' }>): Result {
    const container = this.containers.get(id);
    if (container === undefined) return failed('absent');
    if (container.state !== 'created' || this.sandboxes.get(container.sandboxId)?.ready !== true) {
      return failed('conflict');
    }
    if (this.#running().some(({ name }) => name === container.name)) {
      this.problems.push(`I1: two instances of ${container.name} run at once`);
    }
    const running: ContainerSeen = { ...container, state: 'running', startedAt: this.wall };
    this.containers.set(id, running);
    this.started.push(`${container.name}#${container.attempt}`);
    return done({ kind: 'started', container: running });
  }

  #running(): readonly ContainerSeen[] {
    return [...this.containers.values()].filter(isLive);
  }

  #inside(id: SandboxId): readonly ContainerSeen[] {
    return [...this.containers.values()].filter(({ sandboxId }) => sandboxId === id);
  }

  #nextId(prefix: string): string {
    this.#made += 1;
    return `${prefix}-${this.#made}`;
  }
}

function done(value: Done): Result {
  return { ok: true, value };
}

const nothing: Result = { ok: true, value: { kind: 'nothing' } };

function failed(kind: PortErrorKind): Result {
  return { ok: false, failure: { kind, message: `cannot do it: ${kind}` } };
}
