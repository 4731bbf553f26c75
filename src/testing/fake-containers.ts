import type { ContainerId, ContainerSeen } from '../core/pod/seen.ts';
import { PortError } from '../ports/port-error.ts';
import type { Containers, CreateContainer, ExecResult, ExecSync } from '../ports/runtime.ts';
import { type FakeRuntimeCore, killed } from './fake-runtime-core.ts';
import { containerName } from './fake-runtime-state.ts';

const terminated = 143;
const cannotRun = 128;

/** The containers of the fake runtime. */
export class FakeContainers implements Containers {
  readonly #core: FakeRuntimeCore;

  constructor(core: FakeRuntimeCore) {
    this.#core = core;
  }

  create(request: CreateContainer, signal: AbortSignal): Promise<ContainerId> {
    const name = containerName(request.sandbox, request.config);
    const taken = (): boolean =>
      [...this.#core.state.containers.values()].some(
        (each) => containerName(each.sandbox.config, each.config) === name,
      );
    return this.#core.call(
      { method: 'createContainer', target: name },
      () => this.#core.reserving(name, taken, () => this.#make(request)),
      signal,
    );
  }

  start(id: ContainerId, signal: AbortSignal): Promise<ContainerSeen> {
    return this.#core.call({ method: 'startContainer', target: id }, () => this.#start(id), signal);
  }

  stop(id: ContainerId, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const effect = (): Promise<void> => this.#stop(id, graceSeconds * 1000, signal);
    return this.#core.call({ method: 'stopContainer', target: id }, effect, signal);
  }

  remove(id: ContainerId, signal: AbortSignal): Promise<void> {
    const effect = (): void => this.#core.removeContainer(id);
    return this.#core.call({ method: 'removeContainer', target: id }, effect, signal);
  }

  execSync(request: ExecSync, signal: AbortSignal): Promise<ExecResult> {
    return this.#core.call({ method: 'execSync', target: request.id }, () => this.#exec(request), signal);
  }

  reopenLog(id: ContainerId, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      this.#core.container('reopen the log of', id);
    };
    return this.#core.call({ method: 'reopenLog', target: id }, effect, signal);
  }

  #make({ sandboxId, config }: CreateContainer): ContainerId {
    const { state, options } = this.#core;
    const sandbox = state.sandboxes.get(sandboxId);
    if (sandbox === undefined) {
      throw new PortError('absent', `cannot create container ${config.name}: sandbox ${sandboxId} does not exist`);
    }
    if (options.hasImage?.(config.image) === false) {
      throw new PortError('absent', `cannot create container ${config.name}: image ${config.image} does not exist`);
    }
    const id = state.nextId() as ContainerId;
    const seen: ContainerSeen = {
      id,
      name: config.name,
      attempt: config.attempt,
      sandboxId,
      state: 'created',
      createdAt: this.#core.wall(),
      image: config.userSpecifiedImage,
      imageId: config.image,
      annotations: config.annotations,
    };
    const program = options.program?.(config, sandbox.config) ?? {};
    state.containers.set(id, { sandbox, config, program, seen });
    this.#core.emit(sandbox, id, 'created');
    return id;
  }

  #start(id: ContainerId): ContainerSeen {
    const { state } = this.#core;
    const container = this.#core.container('start', id);
    if (container.seen.state !== 'created') {
      throw new PortError('conflict', `cannot start container ${id}: it is ${container.seen.state}`);
    }
    if (state.sandboxes.get(container.seen.sandboxId)?.seen.ready !== true) {
      throw new PortError('refused', `cannot start container ${id}: its sandbox is not running`);
    }
    if (container.program.cannotStart !== undefined) {
      this.#core.exit(id, cannotRun);
      throw new PortError('refused', `cannot start container ${id}: ${container.program.cannotStart}`);
    }
    state.started(container, this.#core.wall());
    this.#core.emit(container.sandbox, id, 'started');
    const { runs, exitCode } = container.program;
    if (runs !== undefined) void this.#core.wait(runs).then(() => this.#core.exit(id, exitCode ?? 0));
    return container.seen;
  }

  // The stop signal is sent at once; the kill after the grace comes only while the caller waits, as in containerd.
  async #stop(id: ContainerId, grace: number, signal: AbortSignal): Promise<void> {
    const container = this.#core.state.containers.get(id);
    if (container === undefined) return;
    if (container.seen.state === 'created') {
      this.#core.exit(id, killed);
      return;
    }
    const takes = container.program.stops ?? 0;
    const ends = takes === Number.POSITIVE_INFINITY ? undefined : this.#core.wait(takes);
    const ended = ends?.then(() => this.#core.exit(id, terminated));
    if (ended !== undefined && takes <= grace) {
      await ended;
      return;
    }
    await this.#core.wait(grace, signal);
    this.#core.exit(id, killed);
  }

  #exec(request: ExecSync): ExecResult {
    const container = this.#core.container('exec in', request.id);
    if (container.seen.state !== 'running') {
      throw new PortError('conflict', `cannot exec in container ${request.id}: it is ${container.seen.state}`);
    }
    return this.#core.options.execSync?.(request) ?? { exitCode: 0, stdout: '', stderr: '' };
  }
}
