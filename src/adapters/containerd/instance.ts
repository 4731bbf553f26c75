import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses, isAlive, type ProcessSeen, readProcess, signalProcess } from '../../lib/host/processes.ts';
import { PortError } from '../../ports/port-error.ts';
import { placeInCgroup } from './cgroup.ts';
import { configText } from './config-text.ts';
import type { Binaries } from './find.ts';
import { conflistText } from './network-text.ts';
import { type ContainerdOptions, pathsOf } from './options.ts';
import { mayLowerOomScore } from './rights.ts';

/** A containerd of ours that runs. */
export interface Instance {
  readonly process: ProcessSeen;
  /** The configuration that it was started with. */
  readonly config: string;
}

const configName = /^config-[0-9a-f]{12}\.toml$/;
// As long as Kubernetes' own default for a service; containerd ends within a second when nothing is wrong.
const longestStop = 10_000;
const pollEvery = 25;
const logLimitBytes = 10 * 1024 * 1024;

/**
 * The containerd that was started on this state directory, whoever started it.
 *
 * Found by its `--config` argument, not by a pid file: the process table cannot be out of date, and the name of the
 * file holds the hash of the configuration, so that a containerd with another one is recognised.
 */
export function findInstance(options: ContainerdOptions): Instance | undefined {
  // A folder with a slash at its end is the same folder.
  const folder = resolve(options.runtime.stateDir);
  const ours = (command: readonly string[]): boolean => configOf(command, folder) !== undefined;
  for (const process of findProcesses(ours)) {
    const config = configOf(process.command, folder);
    if (config !== undefined) return { process, config };
  }
  return undefined;
}

/** Writes configuration and network, and says which configuration file a containerd of now must run with. */
export function writeConfig(options: ContainerdOptions, binaries: Binaries): string {
  const paths = pathsOf(options);
  for (const folder of [options.runtime.rootDir, options.runtime.stateDir])
    mkdirSync(folder, { recursive: true, mode: 0o711 });
  mkdirSync(options.network.cniConfDir, { recursive: true, mode: 0o755 });
  if (options.network.plugin === 'cni') writeIfOther(paths.conflist, conflistText(options));
  const text = configText(options, binaries, { mayLowerOomScore: mayLowerOomScore() });
  // An upgraded binary is another containerd too, although its configuration is the same.
  const hash = createHash('sha256').update(`${binaries.containerd} ${binaries.version.text}\n${text}`).digest('hex');
  const path = join(options.runtime.stateDir, `config-${hash.slice(0, 12)}.toml`);
  writeIfOther(path, text);
  return path;
}

/** Starts containerd in a session of its own: it outlives us, and a Ctrl-C on our terminal does not reach it. */
export async function spawnInstance(options: ContainerdOptions, binaries: Binaries, config: string): Promise<Instance> {
  const { log } = pathsOf(options);
  boundLog(log);
  for (const name of readdirSync(options.runtime.stateDir))
    if (configName.test(name) && name !== basename(config)) rmSync(join(options.runtime.stateDir, name));
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(binaries.containerd, ['--config', config], {
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
      env: ownEnvironment(binaries.searchPath),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    const seen = child.pid === undefined ? undefined : readProcess(child.pid);
    if (seen === undefined) throw new Error('it ended at once');
    placeInCgroup(seen.pid, options.cgroup);
    return { process: seen, config };
  } catch (error) {
    throw new PortError(
      'unavailable',
      `cannot start ${binaries.containerd}: ${String(error)}; its log is ${log}`,
      error,
    );
  } finally {
    closeSync(output);
  }
}

/** Ours, but for what a service manager meant for us: containerd would answer it in our name. */
function ownEnvironment(searchPath: string): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(([name]) => !/^(NOTIFY_SOCKET|WATCHDOG_|LISTEN_)/.test(name));
  return { ...Object.fromEntries(env), PATH: searchPath };
}

/** Ends containerd; shims and pods live on. Resolves when it has ended. */
export async function stopInstance(instance: Instance, signal: AbortSignal): Promise<void> {
  signalProcess(instance.process, 'SIGTERM');
  for (let waited = 0; isAlive(instance.process); waited += pollEvery) {
    if (waited >= longestStop) signalProcess(instance.process, 'SIGKILL');
    await delay(pollEvery, undefined, { signal });
  }
}

/** Moves a log that has grown too large aside. Only between two lives of containerd: it keeps the file open. */
function boundLog(path: string): void {
  if (existsSync(path) && statSync(path).size > logLimitBytes) renameSync(path, `${path}.1`);
}

function configOf(command: readonly string[], folder: string): string | undefined {
  const at = command.indexOf('--config');
  const path = at < 0 ? undefined : command[at + 1];
  if (path === undefined || dirname(path) !== folder || !configName.test(basename(path))) return undefined;
  return basename(command[0] ?? '') === 'containerd' ? path : undefined;
}

function writeIfOther(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
