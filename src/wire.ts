import { hostname } from 'node:os';
import { join } from 'node:path';
import { CriChannel } from './adapters/cri/channel.ts';
import { CriContainers } from './adapters/cri/containers.ts';
import { CriImages } from './adapters/cri/images.ts';
import { ContainerdPullProgress } from './adapters/cri/pull-progress.ts';
import { CriSandboxes } from './adapters/cri/sandboxes.ts';
import { CriStreams } from './adapters/cri/streams.ts';
import { CriWatch } from './adapters/cri/watch.ts';
import { linuxPorts } from './adapters/linux/linux-ports.ts';
import { folderSource } from './adapters/manifests/folder-source.ts';
import { type Config, nodeName } from './config/config.ts';
import { SystemClock } from './lib/host/system-clock.ts';
import type { Logger } from './ports/logger.ts';
import type { PodSource } from './ports/pod-source.ts';
import type { Ports } from './ports/ports.ts';
import { runtimeSocket } from './wire-embedded.ts';

/** The ports of a node; disposing of them closes what they opened. */
export interface Wired extends AsyncDisposable {
  readonly ports: Ports;
}

/** Joins adapters to ports as the configuration says. Connects to nothing yet: the first call does. */
export function wire(config: Config, logger: Logger): Wired {
  const clock = new SystemClock();
  const { requestTimeout } = config.runtime;
  const socket = runtimeSocket(config);
  const channel = new CriChannel({ socket, requestTimeout });
  const imageSocket = imageSocketOf(config);
  const images = imageSocket === socket ? channel : new CriChannel({ socket: imageSocket, requestTimeout });
  const linux = linuxPorts({ rootDir: config.dirs.root, resolvConf: config.pods.resolvConf }, { clock });
  const ports: Ports = {
    ...linux,
    clock,
    logger,
    runtime: {
      sandboxes: new CriSandboxes(channel),
      containers: new CriContainers(channel),
      watch: new CriWatch(channel),
      streams: new CriStreams(channel),
    },
    images: new CriImages(images),
    pullProgress: new ContainerdPullProgress(images),
    sources: [manifests(config, clock)],
  };
  return {
    ports,
    [Symbol.asyncDispose]: async () => {
      channel[Symbol.dispose]();
      images[Symbol.dispose]();
      await Promise.all([linux.store.close(), linux.statuses.close(), linux.journal.close()]);
    },
  };
}

function manifests({ pods, node, dirs }: Config, clock: SystemClock): PodSource {
  return folderSource({
    paths: pods.manifestPaths,
    nodeName: nodeName(node, hostname()),
    // With `up` a pod is what its file says: its own name, and the ConfigMaps and Secrets beside it. With `run` it is a
    // kubelet's static pod, on a cluster or not: what stands in /etc/kubernetes/manifests must mean the same.
    appendNodeName: pods.staticPods === true,
    allowReferences: pods.staticPods !== true,
    rescan: pods.fileCheckFrequency,
    lastGood: join(dirs.root, 'manifests'),
    clock,
  });
}

function imageSocketOf(config: Config): string {
  const { runtime } = config;
  return runtime.kind === 'external' ? runtime.imageEndpoint.replace(/^unix:\/\//, '') : runtimeSocket(config);
}
