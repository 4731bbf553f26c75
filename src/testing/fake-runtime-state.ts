import type { Observation } from '../core/pod/fact.ts';
import type { ContainerConfig, SandboxConfig } from '../core/pod/runtime-config.ts';
import type { ContainerId, ContainerSeen, SandboxId, SandboxSeen } from '../core/pod/seen.ts';
import type { Milliseconds, WallTime } from '../lib/time.ts';

/** How the program of a container behaves. */
export interface Program {
  /** It exits by itself after this long; absent: it runs for ever. */
  readonly runs?: Milliseconds;
  readonly exitCode?: number;
  /** How long it takes to end after the stop signal; absent: at once. Infinity: it ignores the signal. */
  readonly stops?: Milliseconds;
  /** Start is refused with this message, and the container has then exited with code 128. */
  readonly cannotStart?: string;
}

/** One sandbox of the fake runtime. */
export interface FakeSandbox {
  readonly config: SandboxConfig;
  readonly seen: SandboxSeen;
}

/** One container of the fake runtime. */
export interface FakeContainer {
  readonly sandbox: FakeSandbox;
  readonly config: ContainerConfig;
  readonly program: Program;
  seen: ContainerSeen;
}

/** One time that a container's process ran: what checkers of "no two instances at once" read. */
export interface Instance {
  readonly uid: string;
  readonly container: string;
  readonly attempt: number;
  readonly from: WallTime;
  to?: WallTime;
}

const uidLabel = 'io.kubernetes.pod.uid';

/** The pod that a sandbox belongs to; undefined for what somebody else made. */
export function uidOf(config: SandboxConfig): string | undefined {
  return config.labels[uidLabel];
}

export function sandboxName(config: SandboxConfig): string {
  return `${config.name}_${config.namespace}_${config.uid}_${config.attempt}`;
}

export function containerName(sandbox: SandboxConfig, config: ContainerConfig): string {
  return `${config.name}_${sandbox.name}_${sandbox.namespace}_${sandbox.uid}_${config.attempt}`;
}

/** What the fake runtime has: two tables and the names in them. */
export class FakeRuntimeState {
  readonly sandboxes: Map<SandboxId, FakeSandbox> = new Map();
  readonly containers: Map<ContainerId, FakeContainer> = new Map();
  /** Every time that a process ran, oldest first. */
  readonly instances: Instance[] = [];
  #made = 0;

  /** The next id: hexadecimal, unique, the same in each run. */
  nextId(): string {
    this.#made += 1;
    return this.#made.toString(16).padStart(64, '0');
  }

  nextIp(): string {
    return `10.88.${(this.#made >> 8) & 255}.${this.#made & 255}`;
  }

  observe(uid: string): Observation {
    return {
      sandboxes: [...this.sandboxes.values()]
        .filter((sandbox) => uidOf(sandbox.config) === uid)
        .map((sandbox) => sandbox.seen)
        .sort((a, b) => b.attempt - a.attempt),
      containers: [...this.containers.values()]
        .filter((container) => uidOf(container.sandbox.config) === uid)
        .map((container) => container.seen)
        .sort((a, b) => a.name.localeCompare(b.name) || b.attempt - a.attempt),
    };
  }

  /** The UIDs of all pods that something is left of. */
  uids(): readonly string[] {
    const uids = new Set<string>();
    for (const sandbox of this.sandboxes.values()) {
      const uid = uidOf(sandbox.config);
      if (uid !== undefined) uids.add(uid);
    }
    for (const container of this.containers.values()) {
      const uid = uidOf(container.sandbox.config);
      if (uid !== undefined) uids.add(uid);
    }
    return [...uids];
  }

  running(uid: string, container?: string): readonly FakeContainer[] {
    return [...this.containers.values()].filter(
      (each) =>
        each.seen.state === 'running' &&
        uidOf(each.sandbox.config) === uid &&
        (container === undefined || each.config.name === container),
    );
  }

  setReady(id: SandboxId, ready: boolean): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined || sandbox.seen.ready === ready) return;
    const seen: SandboxSeen = { ...sandbox.seen, ready, ips: ready ? sandbox.seen.ips : [] };
    this.sandboxes.set(id, { ...sandbox, seen });
  }

  started(container: FakeContainer, at: WallTime): void {
    container.seen = { ...container.seen, state: 'running', startedAt: at };
    this.instances.push({
      uid: uidOf(container.sandbox.config) ?? '',
      container: container.config.name,
      attempt: container.config.attempt,
      from: at,
    });
  }

  /** Ends a container; false when it had ended before. */
  exited(container: FakeContainer, exitCode: number, at: WallTime): boolean {
    if (container.seen.state === 'exited') return false;
    for (const instance of this.instances) {
      const same =
        instance.uid === uidOf(container.sandbox.config) &&
        instance.container === container.config.name &&
        instance.attempt === container.config.attempt;
      if (same) instance.to ??= at;
    }
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    container.seen = { ...container.seen, state: 'exited', finishedAt: at, exitCode, reason };
    return true;
  }
}
