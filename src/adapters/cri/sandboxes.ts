import type { SandboxConfig } from '../../core/pod/runtime-config.ts';
import type { SandboxId, SandboxSeen } from '../../core/pod/seen.ts';
import { milliseconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Sandboxes } from '../../ports/runtime.ts';
import { unlessAbsent, unreadOutcome } from './answers.ts';
import type { CriChannel } from './channel.ts';
import { sandboxSeen } from './from-cri.ts';
import { RuntimeServiceService as methods } from './generated/runtime.pb.ts';
import { podSandboxConfigOf } from './to-cri.ts';

/** Pod sandboxes over the CRI. */
export class CriSandboxes implements Sandboxes {
  readonly #channel: CriChannel;

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  async run(config: SandboxConfig, signal: AbortSignal): Promise<SandboxSeen> {
    const what = `run sandbox ${config.namespace}/${config.name}#${config.attempt}`;
    const request = { config: podSandboxConfigOf(config), runtimeHandler: config.runtimeHandler };
    // The network plugin is waited for in this call, so it gets twice the time, as with the kubelet.
    const timeout = milliseconds(2 * this.#channel.requestTimeout);
    const options = { what, effect: 'write', timeout } as const;
    const { podSandboxId } = await this.#channel.call(methods.runPodSandbox, request, options, signal);
    if (podSandboxId === '') throw new PortError('unknown-outcome', `cannot ${what}: the runtime gave it no id`);
    const { status } = await this.#channel
      .call(
        methods.podSandboxStatus,
        { podSandboxId, verbose: false },
        { what: `read back sandbox ${podSandboxId}`, effect: 'read' },
        signal,
      )
      .catch(unreadOutcome);
    if (!status)
      throw new PortError('unknown-outcome', `cannot ${what}: the runtime gave no status of ${podSandboxId}`);
    return sandboxSeen(status);
  }

  async stop(id: SandboxId, signal: AbortSignal): Promise<void> {
    const options = { what: `stop sandbox ${id}`, effect: 'write' } as const;
    await this.#channel.call(methods.stopPodSandbox, { podSandboxId: id }, options, signal).catch(unlessAbsent);
  }

  async remove(id: SandboxId, signal: AbortSignal): Promise<void> {
    const options = { what: `remove sandbox ${id}`, effect: 'write' } as const;
    await this.#channel.call(methods.removePodSandbox, { podSandboxId: id }, options, signal).catch(unlessAbsent);
  }
}
