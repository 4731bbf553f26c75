import { CriChannel } from '../src/adapters/cri/channel.ts';
import { ContainerConfig } from '../src/adapters/cri/generated/container.pb.ts';
import { RuntimeServiceService as methods } from '../src/adapters/cri/generated/runtime.pb.ts';
import { PodSandboxConfig } from '../src/adapters/cri/generated/sandbox.pb.ts';
import { seconds } from '../src/lib/time.ts';
import type { RealContainerd } from '../src/testing/real/containerd.ts';
import { image } from './pods.ts';

const never: AbortSignal = new AbortController().signal;

/** A sandbox with a running container that another program made by bare CRI calls, without a node agent's labels. */
export class ForeignPod implements AsyncDisposable {
  readonly #channel: CriChannel;
  #sandbox = '';
  #container = '';

  private constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  static async start(runtime: RealContainerd): Promise<ForeignPod> {
    const pod = new ForeignPod(new CriChannel({ socket: runtime.socket, requestTimeout: seconds(30) }));
    await pod.#make(runtime.cgroup);
    return pod;
  }

  async #make(cgroup: string): Promise<void> {
    const options = { what: 'make a foreign pod', effect: 'write' } as const;
    const sandboxConfig = PodSandboxConfig.create({
      metadata: { name: 'foreign', namespace: 'other', uid: 'foreign-uid', attempt: 0 },
      linux: { cgroupParent: `${cgroup}/foreign`, securityContext: { namespaceOptions: { network: 2 } } },
    });
    const run = { config: sandboxConfig, runtimeHandler: '' };
    const { podSandboxId } = await this.#channel.call(methods.runPodSandbox, run, options, never);
    this.#sandbox = podSandboxId;
    const config = ContainerConfig.create({
      metadata: { name: 'main', attempt: 0 },
      image: { image },
      command: ['sleep', '100000'],
      linux: {},
    });
    const create = { podSandboxId, config, sandboxConfig };
    const { containerId } = await this.#channel.call(methods.createContainer, create, options, never);
    this.#container = containerId;
    await this.#channel.call(methods.startContainer, { containerId }, options, never);
  }

  /** Whether its container runs, as it was made. */
  async runs(): Promise<boolean> {
    const options = { what: 'look at the foreign pod', effect: 'read' } as const;
    const asked = { containerId: this.#container, verbose: false };
    const { status } = await this.#channel.call(methods.containerStatus, asked, options, never);
    return status?.state === 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const options = { what: 'remove the foreign pod', effect: 'write' } as const;
    await this.#channel.call(methods.stopPodSandbox, { podSandboxId: this.#sandbox }, options, never);
    await this.#channel.call(methods.removePodSandbox, { podSandboxId: this.#sandbox }, options, never);
    this.#channel[Symbol.dispose]();
  }
}
