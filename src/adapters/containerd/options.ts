import { join } from 'node:path';

/** What the embedded containerd is made from. The configuration's `runtime` and `network` fit as they are. */
export interface ContainerdOptions {
  readonly runtime: {
    /** Absent: `<prefix>/usr/bin/containerd`, else looked for in the search path. */
    readonly containerdPath?: string;
    readonly runcPath?: string;
    /** Images, snapshots, metadata and containerd's log: outlives a boot. */
    readonly rootDir: string;
    /** Sockets, shims' state, config, addresses given out: ends with the boot. */
    readonly stateDir: string;
    readonly sandboxImage: string;
    readonly restrictOomScoreAdj: 'auto' | boolean;
    readonly oomScore: number;
  };
  readonly network: {
    readonly plugin: 'cni' | 'none';
    readonly cniConfDir: string;
    readonly cniBinDir?: string;
    readonly podCidr: string;
    readonly bridge: string;
    readonly plugins: readonly string[];
    readonly hostPorts: boolean;
  };
  /** A folder laid out like `/` that is looked into before the machine's own folders. */
  readonly prefix?: string;
  /** PATH: folders with a colon between them. */
  readonly searchPath: string;
  /** Archives (`*.tar`) in these folders are imported at each start of nodelet: images for machines without a registry. */
  readonly imageDirs: readonly string[];
  /** The cgroup containerd and its shims live in, apart from the pods: they outlive the service that started them. */
  readonly cgroup: string;
  /** Told of every start, adoption and end. */
  readonly report: (event: ContainerdEvent) => void;
}

/** Something that happened to the embedded containerd. */
export type ContainerdEvent =
  | { readonly kind: 'started'; readonly pid: number; readonly version: string; readonly tookMs: number }
  | { readonly kind: 'adopted'; readonly pid: number; readonly version: string }
  | { readonly kind: 'replaced'; readonly pid: number; readonly why: string }
  | { readonly kind: 'ended'; readonly pid: number; readonly nextTryMs: number }
  | { readonly kind: 'failed'; readonly message: string; readonly nextTryMs: number }
  | { readonly kind: 'problem'; readonly message: string }
  | { readonly kind: 'changed'; readonly message: string };

/** Where the parts of an embedded containerd are. */
export interface ContainerdPaths {
  readonly socket: string;
  /** containerd's own `state`. */
  readonly state: string;
  readonly log: string;
  readonly conflist: string;
  /** How the machine was before nodelet touched it. */
  readonly before: string;
  /** host-local's records. Not kept over a boot: the sandboxes that hold the addresses do not live longer either. */
  readonly addresses: string;
}

export function pathsOf(options: Pick<ContainerdOptions, 'runtime' | 'network'>): ContainerdPaths {
  const { rootDir, stateDir } = options.runtime;
  return {
    socket: socketOf(options.runtime),
    state: join(stateDir, 'state'),
    log: join(rootDir, 'containerd.log'),
    before: join(stateDir, 'before.json'),
    conflist: join(options.network.cniConfDir, '10-nodelet.conflist'),
    addresses: join(stateDir, 'addresses'),
  };
}

/** The socket that an embedded containerd answers on. */
export function socketOf(runtime: { readonly stateDir: string }): string {
  return join(runtime.stateDir, 'containerd.sock');
}

/** The containerd namespace that CRI uses. */
export const criNamespace = 'k8s.io';
