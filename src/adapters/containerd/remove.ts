import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcesses, isAlive, signalProcess } from '../../lib/host/processes.ts';
import { runProgram } from '../../lib/host/program.ts';
import { readBefore } from './before.ts';
import { removeCgroup } from './cgroup.ts';
import { applyRules, type Family, planCleanup, readRules, unusedChains } from './firewall.ts';
import { findInstance, stopInstance } from './instance.ts';
import { unmountBeneath } from './mounts.ts';
import { networkName } from './network-text.ts';
import { type ContainerdOptions, pathsOf } from './options.ts';

/** What a removal did, and what it could not do: one line each. */
export interface Removal {
  readonly done: readonly string[];
  readonly left: readonly string[];
  /** What stays on purpose. */
  readonly notes: readonly string[];
}

type Step = Omit<Removal, 'notes'>;

const longestShimEnd = 5000;
const pollEvery = 25;
// A network plugin fills and uses a chain within milliseconds of making it.
const longestPluginPause = 1000;

/**
 * Ends the embedded containerd and takes away all that it and its network made. Idempotent.
 *
 * To be called after the pods were removed through CRI, which lets the network plugins undo their work; what they left
 * is removed all the same. Images go too: they lie in containerd's root.
 */
export async function removeContainerd(options: ContainerdOptions, signal: AbortSignal): Promise<Removal> {
  const done: string[] = [];
  const left: string[] = [];
  const { rootDir, stateDir } = options.runtime;
  const instance = findInstance(options);
  if (instance !== undefined) {
    await stopInstance(instance, signal);
    done.push(`stopped containerd (pid ${instance.process.pid})`);
  }
  const shims = await endShims(options, signal);
  if (shims > 0) done.push(`ended ${shims} shims that containerd left`);
  const mounts = await unmountBeneath([stateDir, rootDir], signal);
  if (mounts.count > 0) done.push(`unmounted ${mounts.count} mounts beneath ${stateDir} and ${rootDir}`);
  left.push(...mounts.left);
  left.push(...(await removeEmptied(options.cgroup, signal)));
  for (const family of ['iptables', 'ip6tables'] as const) {
    const firewall = await cleanFirewall(options, family, signal);
    done.push(...firewall.done);
    left.push(...firewall.left);
  }
  const bridge = await removeBridge(options.network.bridge, signal);
  done.push(...bridge.done);
  left.push(...bridge.left);
  const notes =
    readBefore(options)?.ipForward === false
      ? ['net.ipv4.ip_forward was 0 before nodelet and stays 1, since others may rely on it by now']
      : [];
  if (mounts.left.length === 0) {
    for (const folder of [stateDir, rootDir, options.network.cniConfDir]) removeOwnFolder(folder, options, done, left);
  } else left.push(`folders ${stateDir} and ${rootDir}: something is still mounted beneath them`);
  for (const folder of ['/run/containerd/s', '/run/containerd', '/var/lib/cni/results', '/var/lib/cni'])
    removeIfEmpty(folder);
  return { done, left, notes };
}

/** Shims of this containerd that outlived their pods: without containerd nobody will ever end them. */
async function endShims(options: ContainerdOptions, signal: AbortSignal): Promise<number> {
  const { socket } = pathsOf(options);
  const shims = findProcesses((command) => {
    return /\/containerd-shim-[^/]*$/.test(`/${command[0] ?? ''}`) && command.includes(socket);
  });
  for (const shim of shims) signalProcess(shim, 'SIGKILL');
  for (let waited = 0; waited < longestShimEnd && shims.some(isAlive); waited += pollEvery)
    await delay(pollEvery, undefined, { signal });
  return shims.length;
}

/** A cgroup counts its processes for a moment after they have ended. */
async function removeEmptied(cgroup: string, signal: AbortSignal): Promise<readonly string[]> {
  for (let waited = 0; waited < longestShimEnd; waited += pollEvery) {
    if (removeCgroup(cgroup).length === 0) return [];
    await delay(pollEvery, undefined, { signal });
  }
  return removeCgroup(cgroup);
}

async function cleanFirewall(options: ContainerdOptions, family: Family, signal: AbortSignal): Promise<Step> {
  const saved = await readRules(family, options.searchPath, signal);
  if (saved === undefined) return { done: [], left: [] };
  const ownsShared = readBefore(options)?.hostPortChains === false;
  const script = planCleanup(saved, networkName(options.network), ownsShared);
  await removeUnusedChains(unusedChains(saved), { family, searchPath: options.searchPath }, signal);
  if (script.length === 0) return { done: [], left: [] };
  const fault = await applyRules(family, script, options.searchPath, signal);
  if (fault !== undefined)
    return { done: [], left: [`${family} rules of network ${options.network.bridge}: ${fault}`] };
  return { done: [`removed ${script.length} rules and chains from ${family}`], left: [] };
}

/** Chains that killed network plugins left. One that cannot be removed is in use after all. */
async function removeUnusedChains(
  chains: readonly string[],
  { family, searchPath }: { readonly family: Family; readonly searchPath: string },
  signal: AbortSignal,
): Promise<void> {
  if (chains.length === 0) return;
  await delay(longestPluginPause, undefined, { signal });
  const still = new Set(unusedChains((await readRules(family, searchPath, signal)) ?? ''));
  for (const chain of chains) {
    if (still.has(chain)) await applyRules(family, [`-X ${chain}`], searchPath, signal);
  }
}

async function removeBridge(bridge: string, signal: AbortSignal): Promise<Step> {
  if (!existsSync(join('/sys/class/net', bridge, 'bridge'))) return { done: [], left: [] };
  const result = await runProgram({ file: 'ip', args: ['link', 'delete', bridge] }, signal);
  if (result.code === 0) return { done: [`removed the bridge ${bridge}`], left: [] };
  return { done: [], left: [`bridge ${bridge}: ${result.stderr.trim()}`] };
}

function removeOwnFolder(folder: string, options: ContainerdOptions, done: string[], left: string[]): void {
  if (!existsSync(folder)) return;
  try {
    if (folder === options.network.cniConfDir) rmSync(pathsOf(options).conflist, { force: true });
    else rmSync(folder, { recursive: true, force: true });
    removeIfEmpty(folder);
    removeIfEmpty(dirname(folder));
    done.push(`removed ${folder}`);
  } catch (error) {
    left.push(`folder ${folder}: ${String(error)}`);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  } catch {
    // Not there, or somebody has put something into it: not ours to remove.
  }
}
