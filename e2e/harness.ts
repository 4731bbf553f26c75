import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { State } from '../src/server/routes/state.ts';
import type { EventRow, PodRow, ProblemRow } from '../src/server/view.ts';

const project: string = join(import.meta.dirname, '..');
const nodelet: string = join(project, 'bin/nodelet');

/** Why this machine cannot run the end-to-end tests; undefined when it can. */
export function machineLacks(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root on this machine';
  return undefined;
}

let nodes = 0;

/** One nodelet with folders, a bridge, a pod network and a cgroup tree of its own, so that several can run side by side. */
export class TestNode implements AsyncDisposable {
  readonly dir: string;
  readonly manifests: string;
  readonly witness: string;
  readonly bridge: string;
  readonly log: string;
  readonly config: string;
  readonly #network: number;
  #agent: ChildProcess | undefined;

  constructor(label: string) {
    nodes += 1;
    this.dir = mkdtempSync(join(tmpdir(), `nodelet-${label}-`));
    this.manifests = join(this.dir, 'manifests');
    this.witness = join(this.dir, 'witness');
    this.log = join(this.dir, 'nodelet.log');
    this.config = join(this.dir, 'config.yaml');
    // From the process id, so that tests of two processes do not meet.
    this.#network = 64 + ((process.pid + nodes) % 64);
    this.bridge = `nlt${process.pid % 10000}x${nodes}`;
    mkdirSync(this.manifests);
    mkdirSync(this.witness);
    writeFileSync(this.config, configText(this.dir, this.bridge, this.#network));
  }

  get flags(): readonly string[] {
    return ['--config', this.config, '--root-dir', join(this.dir, 'root'), '--run-dir', join(this.dir, 'run')];
  }

  /** Puts a whole file there at once, as tools that care do: nodelet never sees half of it. */
  write(file: string, text: string): void {
    const half = join(this.dir, file);
    writeFileSync(half, text);
    renameSync(half, join(this.manifests, file));
  }

  remove(file: string): void {
    rmSync(join(this.manifests, file));
  }

  start(): void {
    this.spawn(['up', this.manifests, ...this.flags]);
  }

  /** Starts the agent with these words, for a test that says it otherwise than `start`. */
  spawn(words: readonly string[]): void {
    const out = openSync(this.log, 'a');
    this.#agent = spawn(nodelet, words, { stdio: ['ignore', out, out], env: this.environment });
    closeSync(out);
  }

  /** What the agent and the commands see. */
  get environment(): NodeJS.ProcessEnv {
    return process.env;
  }

  /** The agent's process; `bin/nodelet` becomes it. */
  agentPid(): number {
    const pid = this.#agent?.pid;
    if (pid === undefined) throw new Error('the agent was not started');
    return pid;
  }

  /** Where the embedded containerd answers. */
  get runtimeSocket(): string {
    return join(this.dir, 'run/containerd/containerd.sock');
  }

  isUp(): boolean {
    return this.state()?.node.ready ?? false;
  }

  /** Ends the agent like a crash and waits until the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const agent = this.#agent;
    if (agent === undefined || agent.exitCode !== null || agent.signalCode !== null) return;
    const gone = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill(signal);
    await gone;
  }

  /** Runs one command of nodelet against this node and gives back what it printed. */
  run(command: string, ...args: readonly string[]): string {
    return execFileSync(nodelet, [command, ...this.flags, ...args], {
      encoding: 'utf8',
      env: this.environment,
      timeout: 120_000,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** What the agent tells; undefined while it does not answer. */
  state(): State | undefined {
    try {
      return JSON.parse(this.run('ps', '-o', 'json'));
    } catch {
      return undefined;
    }
  }

  pods(): readonly PodRow[] {
    return this.state()?.pods ?? [];
  }

  problems(): readonly ProblemRow[] {
    return this.state()?.problems ?? [];
  }

  /** The agent's events, the latest last. */
  events(): readonly EventRow[] {
    try {
      return JSON.parse(this.run('events', '-o', 'json'));
    } catch {
      return [];
    }
  }

  /** Whatever the agent wrote: its log and, without a terminal, its table. */
  logText(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** Waits until `seen` gives a value; the error shows what was last seen and the end of the log. */
  async until<Value>(what: string, seen: () => Value | undefined | false, limitMs = 60_000): Promise<Value> {
    const end = performance.now() + limitMs;
    for (;;) {
      const value = seen();
      if (value !== undefined && value !== false) return value;
      if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms\n${this.describe()}`);
      await sleep(100);
    }
  }

  async ready(count: number, limitMs = 120_000): Promise<readonly PodRow[]> {
    return await this.until(
      `${count} pods are ready`,
      () => {
        const pods = this.pods();
        const up = pods.filter((pod) => pod.ready.of > 0 && pod.ready.containers === pod.ready.of);
        return up.length === count && pods.length === count ? pods : undefined;
      },
      limitMs,
    );
  }

  describe(): string {
    const pods = this.pods().map(
      (pod) => `${pod.name} ${pod.stage} ${pod.summary} ${pod.waits.map((wait) => wait.text)}`,
    );
    const log = readFileSync(this.log, 'utf8').split('\n').slice(-40);
    return [...pods, ...log].join('\n');
  }

  /** What of this node is still on the machine: mounts, cgroups, links, processes, files. Empty when it left nothing. */
  leftovers(): readonly string[] {
    const mounts = lines('/proc/self/mountinfo').filter((line) => line.includes(this.dir));
    const cgroups = readdirSync('/sys/fs/cgroup', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join('/sys/fs/cgroup', entry.name, this.bridge))
      .filter((path) => isDirectory(path));
    const links = lines('/proc/net/dev').filter((line) => line.includes(this.bridge));
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => commandLine(pid).includes(this.dir))
      .map((pid) => `process ${pid}: ${commandLine(pid)}`);
    const rules = execFileSync('iptables-save', { encoding: 'utf8' })
      .split('\n')
      .filter((rule) => rule.includes(this.bridge) || rule.includes(` 10.${this.#network}.`));
    const root = join(this.dir, 'root');
    const files = isDirectory(root) ? readdirSync(root).map((name) => `file root/${name}`) : [];
    return [...mounts, ...cgroups, ...links, ...processes, ...rules, ...files];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    try {
      this.run('down');
    } finally {
      if (process.env['KEEP'] === undefined) rmSync(this.dir, { recursive: true, force: true });
    }
  }
}

/**
 * A pod whose container shows that it is the only instance, and counts its starts.
 *
 * An instance beats five times a second; one that hears another beat after its start writes to `doubles`.
 */
export function witnessPod(node: TestNode, name: string): string {
  const file = `/witness/${name}`;
  const script = [
    `echo start >> ${file}.starts`,
    'trap "exit 0" TERM',
    `before=$(cat ${file}.beat)`,
    'sleep 1 & wait $!',
    `[ "$before" = "$(cat ${file}.beat)" ] || echo ${name} >> /witness/doubles`,
    `while true; do beat=$((beat + 1)); echo $beat > ${file}.beat; sleep 0.2 & wait $!; done`,
  ].join('; ');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 5,
      containers: [
        {
          name: 'main',
          image: 'localhost/nodelet/busybox:1',
          command: ['sh', '-c', script],
          volumeMounts: [{ name: 'witness', mountPath: '/witness' }],
        },
      ],
      volumes: [{ name: 'witness', hostPath: { path: node.witness, type: 'Directory' } }],
    },
  });
}

function configText(dir: string, bridge: string, network: number): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
podLogsDir: ${dir}/podlogs
cgroupRoot: /${bridge}
healthzPort: 0
maxPods: 250
failCgroupV1: false
failSwapOn: false
---
apiVersion: nodelet.dev/v1alpha1
kind: NodeletConfiguration
runtime:
  rootDir: ${dir}/containerd
  stateDir: ${dir}/run/containerd
network:
  cniConfDir: ${dir}/cni
  bridge: ${bridge}
  podCIDR: 10.${network}.0.0/16
`;
}

function lines(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n');
}

function isDirectory(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
