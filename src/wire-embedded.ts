import { join } from 'node:path';
import { type Binaries, findBinaries } from './adapters/containerd/find.ts';
import { unmountBeneath } from './adapters/containerd/mounts.ts';
import { type ContainerdEvent, type ContainerdOptions, socketOf } from './adapters/containerd/options.ts';
import { type Removal, removeContainerd } from './adapters/containerd/remove.ts';
import { type Session, startEmbedded } from './adapters/containerd/supervise.ts';
import { CriChannel } from './adapters/cri/channel.ts';
import { CriContainers } from './adapters/cri/containers.ts';
import { CriSandboxes } from './adapters/cri/sandboxes.ts';
import { CriWatch } from './adapters/cri/watch.ts';
import type { Config, EmbeddedRuntime } from './config/config.ts';
import type { Containers, RuntimeWatch, Sandboxes } from './ports/runtime.ts';

/** A configuration whose runtime is nodelet's own. */
export type EmbeddedConfig = Pick<Config, 'dirs' | 'network' | 'cgroups'> & { readonly runtime: EmbeddedRuntime };

export type { ContainerdEvent };

/** Narrows a configuration to one with an embedded runtime. */
export function isEmbedded(config: Config): config is Config & EmbeddedConfig {
  return config.runtime.kind === 'embedded';
}

/** Starts or adopts the embedded containerd; gives the session that keeps it running. */
export function startRuntime(
  config: EmbeddedConfig,
  report: (event: ContainerdEvent) => void,
  signal: AbortSignal,
): Promise<Session> {
  return startEmbedded(optionsOf(config, report), signal);
}

/** Ends the embedded containerd and takes away what it made; to be called once its pods are gone. */
export function removeRuntime(config: EmbeddedConfig, signal: AbortSignal): Promise<Removal> {
  return removeContainerd(
    optionsOf(config, () => undefined),
    signal,
  );
}

/** Where the programs of the embedded runtime are, and its version; `refused` names all that is missing. */
export function findRuntime(config: EmbeddedConfig, signal: AbortSignal): Promise<Binaries> {
  return findBinaries(
    optionsOf(config, () => undefined),
    signal,
  );
}

/** The CRI socket of the runtime that the configuration means. */
export function runtimeSocket(config: Pick<Config, 'runtime'>): string {
  const { runtime } = config;
  return runtime.kind === 'embedded' ? socketOf(runtime) : runtime.endpoint.replace(/^unix:\/\//, '');
}

/** A connection to the runtime, for a command that works without the agent. */
export interface RuntimeConnection extends Disposable {
  readonly sandboxes: Sandboxes;
  readonly containers: Containers;
  readonly watch: RuntimeWatch;
}

export function connectRuntime(config: Pick<Config, 'runtime'>): RuntimeConnection {
  const channel = new CriChannel({ socket: runtimeSocket(config), requestTimeout: config.runtime.requestTimeout });
  return {
    sandboxes: new CriSandboxes(channel),
    containers: new CriContainers(channel),
    watch: new CriWatch(channel),
    [Symbol.dispose]: () => channel[Symbol.dispose](),
  };
}

/** Unmounts everything beneath the folders. */
export function unmountAll(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly left: readonly string[] }> {
  return unmountBeneath(folders, signal);
}

// The configuration's own default; who configures the root means the pods, not a cgroup called runtime beside init.
const embeddedCgroupRoot = '/nodelet';

function optionsOf(config: EmbeddedConfig, report: (event: ContainerdEvent) => void): ContainerdOptions {
  const prefix = process.env['NODELET_PREFIX'];
  const hasPrefix = prefix !== undefined && prefix !== '';
  const root = config.cgroups.root;
  return {
    runtime: config.runtime,
    network: config.network,
    ...(hasPrefix ? { prefix } : {}),
    searchPath: process.env['PATH'] ?? '',
    imageDirs: [...(hasPrefix ? [join(prefix, 'images')] : []), join(config.dirs.root, 'images')],
    cgroup: join(root === '' || root === '/' ? embeddedCgroupRoot : root, 'runtime'),
    report,
  };
}
