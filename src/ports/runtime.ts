import type { Observation } from '../core/pod/fact.ts';
import type { ContainerConfig, SandboxConfig } from '../core/pod/runtime-config.ts';
import type { ContainerId, ContainerSeen, SandboxId, SandboxSeen } from '../core/pod/seen.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Milliseconds } from '../lib/time.ts';

/** Pod sandboxes. Every call is one CRI call (and a status read where the answer needs it). */
export interface Sandboxes {
  /** Makes and starts a sandbox. `conflict`: the runtime has the name. An abort leaves the outcome unknown. */
  run(config: SandboxConfig, signal: AbortSignal): Promise<SandboxSeen>;
  /** Idempotent; an absent sandbox is stopped. */
  stop(id: SandboxId, signal: AbortSignal): Promise<void>;
  /** Idempotent; removes its containers too. */
  remove(id: SandboxId, signal: AbortSignal): Promise<void>;
}

/** Containers of a sandbox. */
export interface Containers {
  /** `conflict`: the runtime has the name. */
  create(request: CreateContainer, signal: AbortSignal): Promise<ContainerId>;
  /** Starts it and reads its state back. `refused`: the command cannot run; the container then has exited. */
  start(id: ContainerId, signal: AbortSignal): Promise<ContainerSeen>;
  /** Sends the stop signal, waits for `graceSeconds`, then kills; resolves when it has ended. Idempotent. An abort stops the waiting only. */
  stop(id: ContainerId, graceSeconds: number, signal: AbortSignal): Promise<void>;
  /** Idempotent; kills a running container. */
  remove(id: ContainerId, signal: AbortSignal): Promise<void>;
  /** Runs a command to its end; no timeout is `timeout: undefined`. Output is capped at 16 KiB. */
  execSync(request: ExecSync, signal: AbortSignal): Promise<ExecResult>;
  /** Re-opens the log after it was renamed. */
  reopenLog(id: ContainerId, signal: AbortSignal): Promise<void>;
}

export interface CreateContainer {
  readonly sandboxId: SandboxId;
  readonly config: ContainerConfig;
  readonly sandbox: SandboxConfig;
}

export interface ExecSync {
  readonly id: ContainerId;
  readonly command: readonly string[];
  readonly timeout: Milliseconds | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the runtime knows and what happens in it. */
export interface RuntimeWatch {
  /** All that the runtime has of one pod. */
  observe(uid: PodUid, signal: AbortSignal): Promise<Observation>;
  /** All pods, by UID: the safety re-list. Statuses are as full as `observe` gives them for pods in `full`; others may lack exit details. */
  list(signal: AbortSignal): Promise<ReadonlyMap<PodUid, Observation>>;
  /** Container events as they come; ends or throws when the stream breaks. `refused`: the runtime has none. */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  status(signal: AbortSignal): Promise<RuntimeStatus>;
}

export interface RuntimeEvent {
  readonly uid: PodUid;
  readonly containerId: string;
  readonly kind: 'created' | 'started' | 'stopped' | 'deleted';
}

export interface RuntimeStatus {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly ready: boolean;
  readonly notReadyReason: string;
  readonly networkReady: boolean;
  /** The runtime's own words, for example that it found no CNI config and where it looks. */
  readonly networkNotReadyReason: string;
  /** The network configuration that is in use, in words; absent where the runtime cannot say. */
  readonly networkConfig?: string;
  readonly handlers: readonly string[];
  /** What the runtime wants: "cgroupfs" or "systemd"; absent where it cannot say. */
  readonly cgroupDriver?: 'cgroupfs' | 'systemd';
}

/** Prepares streams; the answer is a URL of the runtime's own streaming server, good for one use. */
export interface Streams {
  exec(request: StreamRequest & { readonly command: readonly string[] }, signal: AbortSignal): Promise<string>;
  attach(request: StreamRequest, signal: AbortSignal): Promise<string>;
}

export interface StreamRequest {
  readonly id: ContainerId;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}
