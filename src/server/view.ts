import type { PodStatus } from '../kube/pod-status.ts';

/** What the server and the commands ask of the running agent. Everything in it is plain JSON; times are RFC 3339 text. */
export interface AgentView {
  node(): NodeReport;
  /** The node's own figures, read now; it takes a fifth of a second. */
  figures(signal: AbortSignal): Promise<Answer<NodeFigures>>;
  pods(): readonly PodRow[];
  /** `name` is "pod" or "namespace/pod"; several pods of one name (an old one ending) come newest first. */
  explain(name: string): Explanation | undefined;
  problems(): readonly ProblemRow[];
  pulls(): readonly PullRow[];
  /** The last events of the node and its pods, or of one pod alone; the latest comes last. */
  events(pod?: string): readonly EventRow[];
  /** Log file of a container, for a reader on the same machine. */
  logFile(request: LogRequest): Answer<{ readonly path: string; readonly running: boolean }>;
  /** A URL of the runtime's streaming server. */
  exec(request: ExecRequest, signal: AbortSignal): Promise<Answer<{ readonly url: string }>>;
  /** Every change of `pods()`, `problems()` or `pulls()`: look again. At most ten a second. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}

export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly message: string };

export interface NodeReport {
  readonly name: string;
  readonly version: string;
  readonly ready: boolean;
  /** Why not ready; empty when ready. */
  readonly reasons: readonly string[];
  readonly runtime: string;
  readonly network: string;
  readonly startedAt: string;
  readonly allocatable: { readonly cpuMilli: number; readonly memoryBytes: number; readonly pods: number };
}

/** The node at the moment of asking. */
export interface NodeFigures {
  readonly node: NodeReport;
  readonly machine: {
    readonly hostname: string;
    readonly kernel: string;
    readonly osImage: string;
    readonly architecture: string;
    readonly cgroupVersion: string;
    readonly bootId: string;
    readonly machineId: string;
    /** The primary one first. */
    readonly addresses: readonly string[];
  };
  /** Thousandths of a core. */
  readonly cpu: AmountRow;
  /** CPU time of all since boot. */
  readonly cpuNanoseconds: number;
  /** Bytes; `used` is the working set: what cannot be given back at once. */
  readonly memory: AmountRow & { readonly available: number };
  readonly pods: { readonly capacity: number; readonly used: number };
  readonly filesystems: readonly FilesystemRow[];
  readonly interfaces: readonly InterfaceRow[];
  readonly processes: { readonly running: number; readonly max: number };
}

export interface AmountRow {
  readonly capacity: number;
  /** Set aside for the system, for Kubernetes' own programs, and before pods are evicted. */
  readonly reserved: number;
  /** What pods may have. */
  readonly allocatable: number;
  /** What the pods that have not ended ask for, together. */
  readonly requested: number;
  /** By everything on the machine. */
  readonly used: number;
}

/** Where pods' data or images are stored; often both are on one. Bytes. */
export interface FilesystemRow {
  readonly of: 'pods' | 'images';
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
  readonly available: number;
  readonly inodes: number;
  readonly inodesFree: number;
  /** What of `used` the images take. */
  readonly ownBytes?: number;
}

/** Bytes since boot, and a second at this moment. */
export interface InterfaceRow {
  readonly name: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
}

export interface PodRow {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly source: string;
  /** Where it is in its life (core/pod/stage.ts). */
  readonly stage: string;
  /** What kubectl shows: "Running", "CrashLoopBackOff", "Init:0/1", "Terminating", "Completed" … */
  readonly summary: string;
  readonly ready: { readonly containers: number; readonly of: number };
  readonly restarts: number;
  readonly ip: string;
  /** TCP ports that its containers say they listen on. */
  readonly ports?: readonly number[];
  readonly startTime: string;
  readonly containers: readonly ContainerRow[];
  readonly doing: readonly Line[];
  readonly waits: readonly Line[];
  readonly status: PodStatus;
}

export interface ContainerRow {
  readonly name: string;
  readonly kind: 'init' | 'main';
  readonly state: string;
  readonly ready: boolean;
  readonly restarts: number;
  readonly image: string;
  readonly id: string;
}

/** One why or wait, rendered by the table of texts. */
export interface Line {
  readonly code: string;
  readonly text: string;
  readonly since: string;
  readonly until?: string;
}

export interface Explanation {
  readonly pod: PodRow;
  readonly timeline: readonly TimelineRow[];
}

export interface TimelineRow {
  readonly at: string;
  readonly text: string;
}

export interface ProblemRow {
  readonly file: string;
  readonly line?: number;
  readonly reason: string;
  readonly warning: boolean;
  readonly since: string;
}

/** A Kubernetes event. */
export interface EventRow {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** "pod/web", "node/vm". */
  readonly object: string;
  /** Of the pod; empty for the node. */
  readonly namespace: string;
  readonly message: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
}

export interface LogRequest {
  readonly pod: string;
  readonly container?: string;
  readonly previous: boolean;
}

export interface ExecRequest {
  readonly pod: string;
  readonly container?: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** An image being pulled. Bytes are absent where the runtime cannot tell. */
export interface PullRow {
  readonly image: string;
  readonly pods: readonly string[];
  readonly since: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond?: number;
}
