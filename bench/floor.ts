import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CriChannel } from '../src/adapters/cri/channel.ts';
import { RuntimeServiceService as methods } from '../src/adapters/cri/generated/runtime.pb.ts';
import { containerConfigOf, podSandboxConfigOf } from '../src/adapters/cri/to-cri.ts';
import type { ContainerConfig, SandboxConfig } from '../src/core/pod/runtime-config.ts';
import { seconds } from '../src/lib/time.ts';
import { removeCgroup } from '../src/testing/real/leftovers.ts';

/** What to measure. */
export interface FloorOptions {
  readonly socket: string;
  readonly pods: number;
  /** How many pods are being started, or stopped, at once. */
  readonly inFlight: number;
  /** Is on the node and holds `sh` and `sleep`. */
  readonly image: string;
}

/** The fastest that this runtime can be asked to be: pods of one container by bare CRI calls. Milliseconds. */
export interface Floor {
  readonly pods: number;
  readonly inFlight: number;
  /** From the first call to the last container's start, and from the first stop to the last removal. */
  readonly allRunning: number;
  readonly allGone: number;
  /** From the first call on until a pod ran: with many at once, the median of what a user waits. */
  readonly sinceStart: Spread;
  /** One pod from its first call to its start, and its calls. */
  readonly pod: Spread;
  readonly sandbox: Spread;
  readonly create: Spread;
  readonly start: Spread;
  /** One pod from its stop to its removal, and its calls. */
  readonly end: Spread;
  readonly stop: Spread;
  readonly remove: Spread;
}

export interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

type Phase = 'sinceStart' | 'pod' | 'sandbox' | 'create' | 'start' | 'end' | 'stop' | 'remove';
type Running = { readonly sandboxId: string; readonly containerId: string };

const never: AbortSignal = new AbortController().signal;
const grace = 5n;

/**
 * Starts pods by bare CRI calls and removes them again; leaves nothing behind.
 */
export async function measureFloor(options: FloorOptions): Promise<Floor> {
  const run = new FloorRun(options);
  try {
    return await run.measure();
  } finally {
    await run.end();
  }
}

class FloorRun {
  readonly #options: FloorOptions;
  readonly #channel: CriChannel;
  readonly #logs: string = mkdtempSync(join(tmpdir(), 'nodelet-floor-'));
  readonly #cgroup: string = `/nodelet-floor-${process.pid}`;
  // Sandboxes that are there, for an end in the middle.
  readonly #there = new Set<string>();
  readonly #times: Record<Phase, number[]> = {
    sinceStart: [],
    pod: [],
    sandbox: [],
    create: [],
    start: [],
    end: [],
    stop: [],
    remove: [],
  };

  constructor(options: FloorOptions) {
    this.#options = options;
    this.#channel = new CriChannel({ socket: options.socket, requestTimeout: seconds(120) });
  }

  async measure(): Promise<Floor> {
    // The connection is made before the clock runs, as an agent has it.
    await this.#channel.call(methods.version, { version: '' }, { what: 'reach the runtime', effect: 'read' }, never);
    const begin = performance.now();
    const running: Running[] = [];
    await this.#inTurns(
      Array.from({ length: this.#options.pods }, (_, index) => index),
      async (index) => {
        running.push(await this.#start(index));
        this.#times.sinceStart.push(performance.now() - begin);
      },
    );
    const up = performance.now();
    await this.#inTurns(running, (pod) => this.#stop(pod));
    const spreads = Object.fromEntries(Object.entries(this.#times).map(([phase, times]) => [phase, spreadOf(times)]));
    return {
      pods: this.#options.pods,
      inFlight: this.#options.inFlight,
      allRunning: Math.round(up - begin),
      allGone: Math.round(performance.now() - up),
      ...(spreads as Record<Phase, Spread>),
    };
  }

  async end(): Promise<void> {
    const options = { what: 'clean up', effect: 'write' } as const;
    for (const podSandboxId of this.#there) {
      await this.#channel.call(methods.stopPodSandbox, { podSandboxId }, options, never);
      await this.#channel.call(methods.removePodSandbox, { podSandboxId }, options, never);
    }
    this.#channel[Symbol.dispose]();
    rmSync(this.#logs, { recursive: true });
    removeCgroup(this.#cgroup);
  }

  async #start(index: number): Promise<Running> {
    const sandbox = this.#sandbox(index);
    const sandboxConfig = podSandboxConfigOf(sandbox);
    const config = containerConfigOf(this.#container(sandbox));
    const begin = performance.now();
    const run = { config: sandboxConfig, runtimeHandler: '' };
    const options = { what: `start pod ${index}`, effect: 'write' } as const;
    const { podSandboxId } = await this.#channel.call(methods.runPodSandbox, run, options, never);
    const made = performance.now();
    this.#there.add(podSandboxId);
    const create = { podSandboxId, config, sandboxConfig };
    const { containerId } = await this.#channel.call(methods.createContainer, create, options, never);
    const created = performance.now();
    await this.#channel.call(methods.startContainer, { containerId }, options, never);
    const started = performance.now();
    this.#times.sandbox.push(made - begin);
    this.#times.create.push(created - made);
    this.#times.start.push(started - created);
    this.#times.pod.push(started - begin);
    return { sandboxId: podSandboxId, containerId };
  }

  async #stop({ sandboxId, containerId }: Running): Promise<void> {
    const options = { what: `stop pod ${sandboxId}`, effect: 'write' } as const;
    const begin = performance.now();
    await this.#channel.call(methods.stopContainer, { containerId, timeout: grace }, options, never);
    await this.#channel.call(methods.stopPodSandbox, { podSandboxId: sandboxId }, options, never);
    const stopped = performance.now();
    await this.#channel.call(methods.removePodSandbox, { podSandboxId: sandboxId }, options, never);
    const gone = performance.now();
    this.#there.delete(sandboxId);
    this.#times.stop.push(stopped - begin);
    this.#times.remove.push(gone - stopped);
    this.#times.end.push(gone - begin);
  }

  async #inTurns<Item>(items: readonly Item[], act: (item: Item) => Promise<void>): Promise<void> {
    const left = items.values();
    const turn = async (): Promise<void> => {
      for (const item of left) await act(item);
    };
    await Promise.all(Array.from({ length: this.#options.inFlight }, turn));
  }

  #sandbox(index: number): SandboxConfig {
    const id = `floor-${process.pid}-${index}`;
    return {
      name: id,
      namespace: 'floor',
      // An agent that runs beside hears of pods by their UID, and looks at those that it does not know: no UID, no look.
      uid: '',
      attempt: 0,
      hostname: `floor-${index}`,
      logDirectory: join(this.#logs, id),
      portMappings: [],
      // Without the label by which an agent knows its pods: one that runs beside leaves them alone.
      labels: {},
      annotations: {},
      cgroupParent: `${this.#cgroup}/pod${id}`,
      sysctls: {},
      namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
      supplementalGroups: [],
      privileged: false,
      seccomp: { type: 'RuntimeDefault' },
      runtimeHandler: '',
    };
  }

  #container(sandbox: SandboxConfig): ContainerConfig {
    return {
      name: 'c',
      attempt: 0,
      image: this.#options.image,
      userSpecifiedImage: this.#options.image,
      command: ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'],
      args: [],
      workingDir: '',
      env: [],
      mounts: [],
      labels: sandbox.labels,
      annotations: {},
      logPath: 'c/0.log',
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: { cpuShares: 2 },
      security: {
        privileged: false,
        namespaces: sandbox.namespaces,
        supplementalGroups: [],
        readonlyRootfs: false,
        noNewPrivs: false,
        capabilities: { add: [], drop: [] },
        maskedPaths: [],
        readonlyPaths: [],
        seccomp: { type: 'Unconfined' },
      },
    };
  }
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => Math.round((sorted[Math.ceil(part * sorted.length) - 1] ?? 0) * 10) / 10;
  return { min: at(1 / sorted.length), p50: at(0.5), p90: at(0.9), max: at(1) };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string', default: '/run/containerd/containerd.sock' },
      pods: { type: 'string', default: '20' },
      'in-flight': { type: 'string', default: '1' },
      image: { type: 'string', default: 'docker.io/library/busybox:latest' },
    },
  });
  const { socket, image, pods, 'in-flight': inFlight } = values;
  const floor = await measureFloor({ socket, image, pods: Number(pods), inFlight: Number(inFlight) });
  process.stdout.write(`${JSON.stringify(floor, undefined, 2)}\n`);
}
