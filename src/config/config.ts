import type { Bytes, MilliCpu } from '../lib/brand.ts';
import type { Milliseconds } from '../lib/time.ts';

/** All that the rest of the program reads of its configuration: typed, defaulted, validated and frozen. */
export interface Config {
  readonly node: NodeConfig;
  readonly dirs: DirsConfig;
  readonly runtime: RuntimeConfig;
  readonly network: NetworkConfig;
  readonly pods: PodsConfig;
  readonly images: ImagesConfig;
  readonly cgroups: CgroupsConfig;
  readonly reserved: ReservedConfig;
  readonly logging: LoggingConfig;
  readonly health: HealthConfig;
}

/** Who the node is, how many pods it takes, and what makes it refuse to start. */
export interface NodeConfig {
  /** Trimmed and in lower case; absent: the machine's host name, see nodeName(). */
  readonly nameOverride?: string;
  /** None, one, or one of each family; `0.0.0.0` and `::` only prefer a family. */
  readonly ips: readonly string[];
  readonly maxPods: number;
  /** 0: no limit of this kind, see podCapacity(). */
  readonly podsPerCore: number;
  readonly failSwapOn: boolean;
  readonly failCgroupV1: boolean;
}

/** Where nodelet keeps its files. All absolute. */
export interface DirsConfig {
  /** State that outlives a boot; pods' volumes are below it. */
  readonly root: string;
  /** State that ends with the boot: sockets, and the embedded runtime's state. */
  readonly run: string;
  /** What the commands (`ps`, `logs`, …) talk to; only root may. */
  readonly controlSocket: string;
  readonly podLogs: string;
}

/** The container runtime: somebody else's, or a containerd that nodelet starts and watches over. */
export type RuntimeConfig = ExternalRuntime | EmbeddedRuntime;

export interface ExternalRuntime {
  readonly kind: 'external';
  /** A gRPC address such as `unix:///run/containerd/containerd.sock`. */
  readonly endpoint: string;
  readonly imageEndpoint: string;
  /** The deadline of every call but pulls, logs, exec and attach. */
  readonly requestTimeout: Milliseconds;
}

export interface EmbeddedRuntime {
  readonly kind: 'embedded';
  /** Absent: looked for in PATH. */
  readonly containerdPath?: string;
  /** Absent: looked for in PATH. */
  readonly runcPath?: string;
  /** Images, snapshots and metadata. */
  readonly rootDir: string;
  /** Shims' state and sockets; gone with the boot. */
  readonly stateDir: string;
  readonly sandboxImage: string;
  /** `auto`: restricted where the machine does not let nodelet lower an oom_score_adj. */
  readonly restrictOomScoreAdj: 'auto' | boolean;
  /** oom_score of containerd itself. */
  readonly oomScore: number;
  readonly requestTimeout: Milliseconds;
}

/** The pod network of the embedded runtime; an external runtime has its own. */
export interface NetworkConfig {
  /** `none`: nodelet writes no CNI configuration, and only pods on the host's network can run. */
  readonly plugin: 'cni' | 'none';
  readonly cniConfDir: string;
  /** Absent: looked for where distributions put them. */
  readonly cniBinDir?: string;
  readonly podCidr: string;
  /** The name of the bridge device. */
  readonly bridge: string;
  /** The chain of CNI plugins; `portmap` is in it only when hostPorts is true. */
  readonly plugins: readonly string[];
  readonly hostPorts: boolean;
}

/** Where pods come from, and what each of them gets. */
export interface PodsConfig {
  /** Files and folders of manifests, in the order given. */
  readonly manifestPaths: readonly string[];
  /** True: as a kubelet takes them, pods are named after the node and may not refer to ConfigMaps, Secrets and such. */
  readonly staticPods?: true;
  /** How often manifests are read again although nobody told of a change. */
  readonly fileCheckFrequency: Milliseconds;
  readonly clusterDns: readonly string[];
  /** Empty: no search domains of the cluster. */
  readonly clusterDomain: string;
  /** Empty: pods inherit nothing from the host. */
  readonly resolvConf: string;
  /** True: a container without a seccomp profile gets the runtime's. */
  readonly seccompDefault: boolean;
  /** How many pods may be starting at once. */
  readonly startSlots: number;
}

export interface ImagesConfig {
  /** How many pulls may run at once; Infinity: as many as are asked for. */
  readonly parallelPulls: number;
}

export interface CgroupsConfig {
  /** Below which nodelet's tree stands; empty: the root. */
  readonly root: string;
  readonly driver: 'cgroupfs';
  /** False: pods get no cgroups of their own, the runtime's default parent holds all. */
  readonly perQos: boolean;
  /** Whether the pods' own root cgroup is held to what is allocatable. */
  readonly enforcePods: boolean;
  /** False: CPU limits are not enforced by quota. */
  readonly cpuCfsQuota: boolean;
  readonly cpuCfsQuotaPeriod: Milliseconds;
  /** Absent: no limit but what is allocatable on the node. */
  readonly podPidsLimit?: number;
}

/** What of the machine is not for pods; allocatable is capacity less all three. */
export interface ReservedConfig {
  readonly kube: ReservedAmounts;
  readonly system: ReservedAmounts;
  readonly evictionHard: readonly EvictionThreshold[];
}

export interface ReservedAmounts {
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly ephemeralStorage: Bytes;
  readonly pids: number;
}

export type EvictionSignal =
  | 'memory.available'
  | 'allocatableMemory.available'
  | 'nodefs.available'
  | 'nodefs.inodesFree'
  | 'imagefs.available'
  | 'imagefs.inodesFree'
  | 'containerfs.available'
  | 'containerfs.inodesFree'
  | 'pid.available';

/** Less than this of what the signal counts is too little: an amount, or a part of the capacity in percent. */
export type EvictionThreshold =
  | { readonly signal: EvictionSignal; readonly amount: number }
  | { readonly signal: EvictionSignal; readonly percent: number };

export interface LoggingConfig {
  readonly format: 'text' | 'json';
  /** 0: what everybody should know; 4: what one needs to find a fault; 10: everything. */
  readonly verbosity: number;
}

export interface HealthConfig {
  readonly address: string;
  /** Absent: no health endpoint. */
  readonly port?: number;
}

/** The node's name: the override, else the machine's host name, trimmed and in lower case. */
export function nodeName(node: NodeConfig, hostName: string): string {
  return node.nameOverride ?? hostName.trim().toLowerCase();
}

/** How many pods the node takes with this number of CPU cores. */
export function podCapacity(node: NodeConfig, cores: number): number {
  return node.podsPerCore > 0 ? Math.min(node.maxPods, node.podsPerCore * cores) : node.maxPods;
}
