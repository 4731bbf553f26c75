import { status } from '@grpc/grpc-js';
import type { ContainerId, ContainerSeen, SandboxId } from '../../core/pod/seen.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Containers, CreateContainer, ExecResult, ExecSync } from '../../ports/runtime.ts';
import { unlessAbsent, unreadOutcome } from './answers.ts';
import type { CallOptions, CriChannel } from './channel.ts';
import { containerRowSeen, containerSeen } from './from-cri.ts';
import type { Container } from './generated/container.pb.ts';
import { RuntimeServiceService as methods } from './generated/runtime.pb.ts';
import { containerConfigOf, podSandboxConfigOf } from './to-cri.ts';

// What the port promises of exec's output; runtimes send up to 16 MiB of each stream.
const mostOutputBytes = 16 * 1024;

// More containers are never between their creation and their start.
const mostUnstarted = 256;

/** Containers of a sandbox over the CRI. */
export class CriContainers implements Containers {
  readonly #channel: CriChannel;
  // Of containers that were created here and not started yet: a status does not name its sandbox.
  readonly #sandboxes = new Map<ContainerId, SandboxId>();

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  async create(request: CreateContainer, signal: AbortSignal): Promise<ContainerId> {
    const { config, sandbox, sandboxId } = request;
    const what = `create container ${config.name}#${config.attempt} of ${sandbox.namespace}/${sandbox.name}`;
    const { containerId } = await this.#channel.call(
      methods.createContainer,
      { podSandboxId: sandboxId, config: containerConfigOf(config), sandboxConfig: podSandboxConfigOf(sandbox) },
      { what, effect: 'write' },
      signal,
    );
    if (containerId === '') throw new PortError('unknown-outcome', `cannot ${what}: the runtime gave it no id`);
    const id = containerId as ContainerId;
    this.#sandboxes.set(id, sandboxId);
    // Those that were never started went away with their sandbox, of which nobody tells here.
    const [oldest] = this.#sandboxes.keys();
    if (this.#sandboxes.size > mostUnstarted && oldest !== undefined) this.#sandboxes.delete(oldest);
    return id;
  }

  async start(id: ContainerId, signal: AbortSignal): Promise<ContainerSeen> {
    const options = { what: `start container ${id}`, effect: 'write' } as const;
    await this.#channel.call(methods.startContainer, { containerId: id }, options, signal);
    return this.#readBack(id, signal).catch(unreadOutcome);
  }

  async stop(id: ContainerId, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const grace = Math.max(0, Math.ceil(graceSeconds));
    const timeout = milliseconds(this.#channel.requestTimeout + seconds(grace));
    await this.#channel
      .call(
        methods.stopContainer,
        { containerId: id, timeout: BigInt(grace) },
        { what: `stop container ${id}`, effect: 'write', timeout },
        signal,
      )
      .catch(unlessAbsent);
  }

  async remove(id: ContainerId, signal: AbortSignal): Promise<void> {
    const options = { what: `remove container ${id}`, effect: 'write' } as const;
    await this.#channel.call(methods.removeContainer, { containerId: id }, options, signal).catch(unlessAbsent);
    this.#sandboxes.delete(id);
  }

  /** A command that did not end in time is `refused`. */
  async execSync(request: ExecSync, signal: AbortSignal): Promise<ExecResult> {
    const limit = request.timeout === undefined ? 0 : Math.max(1, Math.ceil(request.timeout / 1000));
    const options: CallOptions = {
      what: `run a command in container ${request.id}`,
      effect: 'write',
      timeout: limit === 0 ? 'none' : milliseconds(this.#channel.requestTimeout + seconds(limit)),
    };
    const { exitCode, stdout, stderr } = await this.#channel
      .call(
        methods.execSync,
        { containerId: request.id, cmd: [...request.command], timeout: BigInt(limit) },
        options,
        signal,
      )
      .catch((error: unknown) => {
        if (limit === 0 || !isTimeout(error)) throw error;
        throw new PortError('refused', `cannot ${options.what}: it did not end within ${limit} s`, error);
      });
    return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) };
  }

  async reopenLog(id: ContainerId, signal: AbortSignal): Promise<void> {
    const options = { what: `re-open the log of container ${id}`, effect: 'read' } as const;
    await this.#channel.call(methods.reopenContainerLog, { containerId: id }, options, signal);
  }

  async #readBack(id: ContainerId, signal: AbortSignal): Promise<ContainerSeen> {
    const options = { what: `read back container ${id}`, effect: 'read' } as const;
    const created = this.#sandboxes.get(id);
    this.#sandboxes.delete(id);
    const [row, told] = await Promise.all([
      created === undefined ? this.#row(id, signal) : undefined,
      this.#channel.call(methods.containerStatus, { containerId: id, verbose: false }, options, signal),
    ]);
    if (told.status) return containerSeen(told.status, created ?? (row?.podSandboxId as SandboxId));
    return containerRowSeen(row ?? (await this.#row(id, signal)));
  }

  async #row(id: ContainerId, signal: AbortSignal): Promise<Container> {
    const options = { what: `read back container ${id}`, effect: 'read' } as const;
    const filter = { id, labelSelector: {}, podSandboxId: '' };
    const listed = await this.#channel.call(methods.listContainers, { filter }, options, signal);
    const row = listed.containers[0];
    if (!row) throw new PortError('absent', `cannot ${options.what}: the runtime does not list it`);
    return row;
  }
}

function isTimeout(error: unknown): boolean {
  const cause = error instanceof PortError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === status.DEADLINE_EXCEEDED;
}

function textOf(output: Uint8Array): string {
  return Buffer.from(output.buffer, output.byteOffset, Math.min(output.byteLength, mostOutputBytes)).toString();
}
