import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { PortError } from '../ports/port-error.ts';
import { connectRuntime, isEmbedded, removeRuntime, startRuntime, unmountAll } from '../wire-embedded.ts';
import { readArgs } from './args.ts';
import { type Command, CommandError, print } from './command.ts';
import { stopAgent } from './down/agent.ts';
import { removeCgroups } from './down/cgroups.ts';
import { removeLogs } from './down/logs.ts';
import { removePods } from './down/pods.ts';
import { lockOrSayWho, lockPath } from './lock.ts';
import { loadForClient } from './settings.ts';

const never: AbortSignal = new AbortController().signal;

// What the agent keeps beneath --root-dir. The folder itself may hold other people's files too.
const ownNames: readonly string[] = [
  ...['pods', 'manifests', 'containerd', 'cni', 'seccomp'],
  ...['ledger', 'ledger.new', 'ledger.corrupt', 'journal', 'journal.1'],
  ...['statuses', 'statuses.new', 'statuses.corrupt'],
];

/** What was done, told at once, and what could not be done, told at the end. */
class Report {
  readonly left: string[] = [];
  readonly notes: string[] = [];

  async did(line: string): Promise<void> {
    await print(`${line}\n`);
  }
}

export const down: Command = {
  usage: 'down',
  summary: 'stop everything, and take away all that nodelet made: pods, network, cgroups, mounts, images, state',
  details: [
    'Pods get 5 s to end, without their preStop hooks: for those, remove the files first.',
    'Images that were pulled go too. What cannot be removed is named with its cause; exit code 1.',
    'Manifests, configuration, and archives in <root-dir>/images are not touched.',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: {}, positionals: [] });
    const config = loadForClient(args.configFlags);
    if (process.getuid?.() !== 0) throw new CommandError('cannot take anything away as this user: run it with sudo');
    const report = new Report();
    const agent = await stopAgent(lockPath(config));
    if (agent !== undefined) await report.did(`stopped nodelet (pid ${agent})`);
    const release = lockOrSayWho(config);
    try {
      await takeAway(config, report);
    } finally {
      release();
    }
    // They held the locks until now.
    for (const folder of [config.dirs.run, config.dirs.root]) removeIfEmpty(folder);
    for (const line of report.notes) await print(`note: ${line}\n`);
    for (const line of report.left) await print(`left: ${line}\n`);
    if (report.left.length === 0) await print('nothing of nodelet is left\n');
    return report.left.length === 0 ? 0 : 1;
  },
};

async function takeAway(config: Config, report: Report): Promise<void> {
  const { dirs } = config;
  const pods = join(dirs.root, 'pods');
  const uids = new Set(entries(pods));
  for (const uid of await takePodsAway(config, uids, report)) uids.add(uid);
  // A tree at the root may be another kubelet's too: of it only our pods go.
  const ownTree = isEmbedded(config) && config.cgroups.root !== '' && config.cgroups.root !== '/';
  const cgroups = await removeCgroups(config.cgroups.root, ownTree ? undefined : uids);
  if (cgroups.count > 0) await report.did(`removed ${cgroups.count} cgroups`);
  report.left.push(...cgroups.left);
  const mounts = await unmountAll([pods], never);
  if (mounts.count > 0) await report.did(`unmounted ${mounts.count} volumes`);
  report.left.push(...mounts.left);
  if (isEmbedded(config)) {
    const removal = await removeRuntime(config, never);
    for (const line of removal.done) await report.did(line);
    report.left.push(...removal.left);
    report.notes.push(...removal.notes);
  }
  const logs = removeLogs(dirs.podLogs, uids);
  if (logs > 0) await report.did(`removed the logs of ${logs} pods from ${dirs.podLogs}`);
  // Never across a mount: what could not be unmounted keeps its folder.
  if (mounts.left.length === 0) for (const name of ownNames) await removeOwn(join(dirs.root, name), report);
  rmSync(dirs.controlSocket, { force: true });
}

/**
 * Through the runtime, so that its network plugins undo their work. An embedded containerd that has ended is started for
 * it; of somebody else's runtime only the pods that have a folder of ours go.
 */
async function takePodsAway(config: Config, uids: ReadonlySet<string>, report: Report): Promise<readonly string[]> {
  if (isEmbedded(config) && !existsSync(config.runtime.rootDir)) return [];
  const running = new AbortController();
  try {
    const session = isEmbedded(config) ? await startRuntime(config, () => undefined, running.signal) : undefined;
    const supervised = session?.(running.signal);
    using runtime = connectRuntime(config);
    const removed = await removePods(runtime, isEmbedded(config) ? undefined : uids, never);
    running.abort(new Error('all pods are removed'));
    await supervised;
    for (const name of removed.names) await report.did(`removed pod ${name}`);
    report.left.push(...removed.left);
    return removed.uids;
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    report.left.push(`pods in the runtime: ${error.message}`);
    return [];
  } finally {
    running.abort(new Error('taking away pods has ended'));
  }
}

async function removeOwn(path: string, report: Report): Promise<void> {
  if (!existsSync(path)) return;
  try {
    rmSync(path, { recursive: true, force: true });
    await report.did(`removed ${path}`);
  } catch (error) {
    report.left.push(`${path}: ${String(error)}`);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not ours alone.
  }
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
