import { randomUUID } from 'node:crypto';
import type { Observation } from '../../core/pod/fact.ts';
import type { ContainerConfig, SandboxConfig } from '../../core/pod/runtime-config.ts';
import type { ContainerId, ContainerSeen, SandboxId, SandboxSeen } from '../../core/pod/seen.ts';
import type { PodUid } from '../../kube/meta.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { after, milliseconds, seconds } from '../../lib/time.ts';
import type { Containers, RuntimeWatch, Sandboxes, Streams } from '../../ports/runtime.ts';

/** The runtime's ports as the suite is given them, and what it may use. */
export interface RuntimeUnderTest {
  readonly sandboxes: Sandboxes;
  readonly containers: Containers;
  readonly watch: RuntimeWatch;
  readonly streams: Streams;
  /** An image that is there, with sh, echo and sleep in it. */
  readonly image: string;
  /** Where the suite may have cgroups and logs made. */
  readonly cgroup: string;
  readonly logs: string;
  /** Whether it has events at all; containerd 1.6 has none. */
  readonly hasEvents: boolean;
  /** Removes what `make` made. */
  readonly end: () => Promise<void>;
}

/** What the suite's containers run. A fake does as the name says when it is given the command. */
export const programs = {
  /** Ends at once, with code 0, when it is asked to stop. */
  endsWhenAsked: ['sh', '-c', 'trap "exit 0" TERM; echo > /tmp/listens; sleep 1000 & wait'],
  /** Has to be killed. */
  ignoresStop: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  exitsWith3: ['sh', '-c', 'exit 3'],
  cannotStart: ['/nowhere/program'],
} as const;

/** What the suite runs in containers that are up. */
export const commands = {
  /** Writes "out" and "err" to where they belong and exits with 3. */
  speaks: ['sh', '-c', 'echo out; echo err >&2; exit 3'],
  takesLong: ['sleep', '1000'],
  /** Exits with 0 once `endsWhenAsked` can be asked. */
  listens: ['sh', '-c', '[ -e /tmp/listens ]'],
} as const;

/** No test of the suites is aborted from outside. */
export const never: AbortSignal = new AbortController().signal;

const clock = new SystemClock();

/** Asks again and again until the answer pleases; throws after 20 s, telling the last one. */
export async function until<Value>(ask: () => Promise<Value>, pleases: (value: Value) => boolean): Promise<Value> {
  const limit = after(clock.now(), seconds(20));
  for (;;) {
    const value = await ask();
    if (pleases(value)) return value;
    if (clock.now() > limit) throw new Error(`still not so after 20 s: ${JSON.stringify(value)}`);
    await clock.at(after(clock.now(), milliseconds(10)), never);
  }
}

/** A pod of one test; disposing removes what the runtime has of it. */
export class SuitePod implements AsyncDisposable {
  readonly uid: PodUid = randomUUID() as PodUid;
  readonly #runtime: RuntimeUnderTest;

  constructor(runtime: RuntimeUnderTest) {
    this.#runtime = runtime;
  }

  sandbox(attempt = 0, change: Partial<SandboxConfig> = {}): SandboxConfig {
    const name = `pod-${this.uid.slice(0, 8)}`;
    return {
      name,
      namespace: 'suite',
      uid: this.uid,
      attempt,
      logDirectory: `${this.#runtime.logs}/${this.uid}`,
      portMappings: [],
      labels: {
        'io.kubernetes.pod.name': name,
        'io.kubernetes.pod.namespace': 'suite',
        'io.kubernetes.pod.uid': this.uid,
      },
      annotations: { 'suite/kept': 'yes' },
      cgroupParent: `${this.#runtime.cgroup}/pod${this.uid}`,
      sysctls: {},
      namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
      supplementalGroups: [],
      privileged: false,
      seccomp: { type: 'RuntimeDefault' },
      runtimeHandler: '',
      ...change,
    };
  }

  container(name: string, command: readonly string[], change: Partial<ContainerConfig> = {}): ContainerConfig {
    return {
      name,
      attempt: 0,
      image: this.#runtime.image,
      userSpecifiedImage: this.#runtime.image,
      command,
      args: [],
      workingDir: '/',
      env: [],
      mounts: [],
      labels: { ...this.sandbox().labels, 'io.kubernetes.container.name': name },
      annotations: { 'suite/container': name },
      logPath: `${name}/0.log`,
      stdin: false,
      stdinOnce: false,
      tty: false,
      resources: { cpuShares: 2 },
      security: {
        privileged: false,
        namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
        supplementalGroups: [],
        readonlyRootfs: false,
        noNewPrivs: false,
        capabilities: { add: [], drop: [] },
        maskedPaths: ['/proc/kcore'],
        readonlyPaths: ['/proc/sys'],
        seccomp: { type: 'RuntimeDefault' },
      },
      ...change,
    };
  }

  run(attempt = 0, change: Partial<SandboxConfig> = {}): Promise<SandboxSeen> {
    return this.#runtime.sandboxes.run(this.sandbox(attempt, change), never);
  }

  create(sandboxId: SandboxId, config: ContainerConfig): Promise<ContainerId> {
    return this.#runtime.containers.create({ sandboxId, config, sandbox: this.sandbox() }, never);
  }

  /** Makes a sandbox and starts one container in it. */
  async start(command: readonly string[], change: Partial<ContainerConfig> = {}): Promise<ContainerSeen> {
    const sandbox = await this.run();
    const id = await this.create(sandbox.id, this.container('c', command, change));
    return this.#runtime.containers.start(id, never);
  }

  observe(): Promise<Observation> {
    return this.#runtime.watch.observe(this.uid, never);
  }

  /** Waits until the pod's newest container has ended. */
  async exited(): Promise<ContainerSeen> {
    const { containers } = await until(
      () => this.observe(),
      (seen) => seen.containers[0]?.state === 'exited',
    );
    return containers[0] as ContainerSeen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of (await this.observe()).sandboxes) {
      await this.#runtime.sandboxes.stop(id, never);
      await this.#runtime.sandboxes.remove(id, never);
    }
  }
}
