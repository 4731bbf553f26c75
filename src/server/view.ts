import type { PodStatus } from '../kube/pod-status.ts';

/** What the server and the commands ask of the running agent. Everything in it is plain JSON; times are RFC 3339 text. */
export interface AgentView {
  node(): NodeReport;
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
