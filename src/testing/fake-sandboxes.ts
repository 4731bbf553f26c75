import type { SandboxConfig } from '../core/pod/runtime-config.ts';
import type { SandboxId, SandboxSeen } from '../core/pod/seen.ts';
import type { Sandboxes } from '../ports/runtime.ts';
import type { FakeRuntimeCore } from './fake-runtime-core.ts';
import { sandboxName } from './fake-runtime-state.ts';

/** The sandboxes of the fake runtime. */
export class FakeSandboxes implements Sandboxes {
  readonly #core: FakeRuntimeCore;

  constructor(core: FakeRuntimeCore) {
    this.#core = core;
  }

  run(config: SandboxConfig, signal: AbortSignal): Promise<SandboxSeen> {
    const name = sandboxName(config);
    const taken = (): boolean =>
      [...this.#core.state.sandboxes.values()].some((sandbox) => sandboxName(sandbox.config) === name);
    return this.#core.call(
      { method: 'runSandbox', target: name },
      () => this.#core.reserving(name, taken, () => this.#make(config)),
      signal,
    );
  }

  stop(id: SandboxId, signal: AbortSignal): Promise<void> {
    return this.#core.call({ method: 'stopSandbox', target: id }, () => this.#core.stopSandbox(id), signal);
  }

  remove(id: SandboxId, signal: AbortSignal): Promise<void> {
    return this.#core.call({ method: 'removeSandbox', target: id }, () => this.#remove(id), signal);
  }

  #make(config: SandboxConfig): SandboxSeen {
    const { state } = this.#core;
    const onHost = config.namespaces.network === 'NODE';
    const seen: SandboxSeen = {
      id: state.nextId() as SandboxId,
      attempt: config.attempt,
      ready: true,
      createdAt: this.#core.wall(),
      ips: onHost ? [] : [state.nextIp()],
      network: onHost ? 'NODE' : 'POD',
      name: config.name,
      namespace: config.namespace,
      logDirectory: config.logDirectory,
    };
    state.sandboxes.set(seen.id, { config, seen });
    return seen;
  }

  #remove(id: SandboxId): void {
    const { state } = this.#core;
    const sandbox = state.sandboxes.get(id);
    if (sandbox === undefined) return;
    this.#core.stopSandbox(id);
    for (const [containerId, container] of state.containers) {
      if (container.seen.sandboxId === id) this.#core.removeContainer(containerId);
    }
    state.sandboxes.delete(id);
    this.#core.emit(sandbox, id, 'deleted');
  }
}
