import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { seconds } from '../../lib/time.ts';
import { busybox, containerdIsMissing, RealContainerd } from '../../testing/real/containerd.ts';
import { LoopbackRegistry } from '../../testing/real/registry.ts';
import { imagesSuite } from '../../testing/suites/images.suite.ts';
import { runtimeSuite } from '../../testing/suites/runtime.suite.ts';
import { never, until } from '../../testing/suites/runtime-pod.ts';
import { CriChannel } from './channel.ts';
import { CriContainers } from './containers.ts';
import { CriImages } from './images.ts';
import { ContainerdPullProgress } from './pull-progress.ts';
import { CriSandboxes } from './sandboxes.ts';
import { CriStreams } from './streams.ts';
import { CriWatch } from './watch.ts';

const skip = containerdIsMissing();

async function open(containerd: RealContainerd): Promise<CriChannel> {
  const channel = new CriChannel({ socket: containerd.socket, requestTimeout: seconds(120) });
  const watch = new CriWatch(channel);
  // The network's configuration is read a moment after the socket is there.
  await until(
    () => watch.status(never),
    ({ ready, networkReady }) => ready && networkReady,
  );
  return channel;
}

runtimeSuite(
  'containerd',
  async () => {
    const containerd = await RealContainerd.start('runtime');
    const channel = await open(containerd);
    return {
      sandboxes: new CriSandboxes(channel),
      containers: new CriContainers(channel),
      watch: new CriWatch(channel),
      streams: new CriStreams(channel),
      image: busybox,
      cgroup: containerd.cgroup,
      logs: mkdtempSync(join(containerd.root, 'logs-')),
      hasEvents: !containerd.version.startsWith('1.6.'),
      end: async () => {
        channel[Symbol.dispose]();
        await containerd[Symbol.asyncDispose]();
      },
    };
  },
  { skip },
);

imagesSuite(
  'containerd',
  async () => {
    const containerd = await RealContainerd.start('images');
    const channel = await open(containerd);
    const registry = await LoopbackRegistry.start();
    await containerd.import('docker.io/test/uid:latest', { command: ['sh'], user: '65534' });
    await containerd.import('docker.io/test/username:latest', { command: ['sh'], user: 'web' });
    return {
      images: new CriImages(channel),
      progress: new ContainerdPullProgress(channel),
      pullable: registry.reference('web/server'),
      withUid: 'docker.io/test/uid:latest',
      withUsername: 'docker.io/test/username:latest',
      missing: registry.reference('missing'),
      forbidden: registry.reference('secret'),
      endless: registry.reference('held'),
      end: async () => {
        registry[Symbol.dispose]();
        channel[Symbol.dispose]();
        await containerd[Symbol.asyncDispose]();
      },
    };
  },
  { skip },
);
