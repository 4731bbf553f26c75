import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealContainerd } from '../src/testing/real/containerd.ts';
import { TestNode } from './harness.ts';

const nodelet: string = join(import.meta.dirname, '../bin/nodelet');

/** What a command printed, and its exit code. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs nodelet with these words alone, to its end. */
export function say(...words: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(nodelet, words, { encoding: 'utf8', timeout: 60_000 });
  return { code: status, stdout, stderr };
}

/** A nodelet that is started as a kubelet is: by flags and a configuration file, on a runtime that is somebody else's. */
export class RunNode extends TestNode {
  readonly runtime: RealContainerd;
  readonly dropIns: string;

  constructor(label: string, runtime: RealContainerd, healthzPort = 0) {
    super(label);
    this.runtime = runtime;
    this.dropIns = join(this.dir, 'conf.d');
    mkdirSync(this.dropIns);
    writeFileSync(
      this.config,
      `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
podLogsDir: ${this.dir}/podlogs
cgroupRoot: ${runtime.cgroup}
healthzPort: ${healthzPort}
failCgroupV1: false
failSwapOn: false
logging:
  format: json
`,
    );
  }

  override get flags(): readonly string[] {
    return [
      `--container-runtime-endpoint=unix://${this.runtime.socket}`,
      `--pod-manifest-path=${this.manifests}`,
      '--cgroup-driver=cgroupfs',
      `--config=${this.config}`,
      `--config-dir=${this.dropIns}`,
      '--root-dir',
      join(this.dir, 'root'),
      '--run-dir',
      join(this.dir, 'run'),
    ];
  }

  override start(): void {
    this.spawn(['run', ...this.flags]);
  }

  /** The agent's log, which is JSON by its configuration; other lines are left out. */
  logLines(): readonly Readonly<Record<string, unknown>>[] {
    return this.logText()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }
}
