import type { StatsFs } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { arch, hostname, networkInterfaces, release } from 'node:os';
import { join } from 'node:path';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import type { FilesystemUsage, Machine, MachineFacts, MachineUsage } from '../../ports/machine.ts';
import { findCgroups } from './cgroup-tree.ts';
import { codeOf, step } from './errno.ts';
import * as proc from './proc-text.ts';

export interface MachineOptions {
  /** The folder whose filesystem holds the pods' data; its nearest parent that exists. */
  readonly rootDir: string;
  /** The file with the nameservers that pods inherit; empty: none. */
  readonly resolvConf: string;
}

/** This machine's facts and figures, from /proc, /sys and a few files; no other program is run. */
export class LinuxMachine implements Machine {
  readonly #options: MachineOptions;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  async facts(signal: AbortSignal): Promise<MachineFacts> {
    return await step('read the facts of the machine', signal, async () => {
      const [memory, cpus, status, osRelease] = await Promise.all([
        readFile('/proc/meminfo', 'utf8'),
        readFile('/proc/stat', 'utf8'),
        readFile('/proc/self/status', 'utf8'),
        firstText(['/etc/os-release', '/usr/lib/os-release']),
      ]);
      const disk = await filesystemAt(this.#options.rootDir);
      return {
        hostname: hostname(),
        cpu: (proc.coreCount(cpus) * 1000) as MilliCpu,
        memory: proc.memoryBytes(memory, 'MemTotal'),
        swap: proc.memoryBytes(memory, 'SwapTotal'),
        bootId: (await textOf('/proc/sys/kernel/random/boot_id')).trim(),
        kernel: release(),
        osImage: proc.osName(osRelease),
        architecture: goArchitecture(arch()),
        machineId: (await firstText(['/etc/machine-id', '/var/lib/dbus/machine-id'])).trim(),
        cgroupVersion: (await findCgroups('/proc/self/mountinfo')).version,
        ips: await this.#addresses(),
        resolvConf: this.#options.resolvConf === '' ? '' : await textOf(this.#options.resolvConf),
        hostsFile: await textOf('/etc/hosts'),
        rootFs: { bytes: (disk.blocks * disk.bsize) as Bytes, inodes: disk.files },
        mayLowerOomScore: proc.hasCapability(status, proc.capSysResource),
      };
    });
  }

  async usage(signal: AbortSignal): Promise<MachineUsage> {
    return await step('read the usage of the machine', signal, async () => {
      const [cpus, memory, network, load, pids, disk] = await Promise.all([
        readFile('/proc/stat', 'utf8'),
        readFile('/proc/meminfo', 'utf8'),
        readFile('/proc/net/dev', 'utf8'),
        readFile('/proc/loadavg', 'utf8'),
        readFile('/proc/sys/kernel/pid_max', 'utf8'),
        filesystemAt(this.#options.rootDir),
      ]);
      const total = proc.memoryBytes(memory, 'MemTotal');
      const workingSet = workingSetOf(memory);
      return {
        cpuNanoseconds: proc.cpuNanoseconds(cpus),
        memoryAvailable: Math.max(0, total - workingSet) as Bytes,
        memoryWorkingSet: workingSet,
        rootFs: {
          used: ((disk.blocks - disk.bfree) * disk.bsize) as Bytes,
          available: (disk.bavail * disk.bsize) as Bytes,
          inodesFree: disk.ffree,
        },
        network: proc.networkRows(network),
        processes: { running: proc.processCount(load), max: Number(pids.trim()) },
      };
    });
  }

  async filesystem(path: string, signal: AbortSignal): Promise<FilesystemUsage> {
    return await step(`read the filesystem of ${path}`, signal, async () => {
      const found = await filesystemAt(path);
      return {
        bytes: (found.blocks * found.bsize) as Bytes,
        used: ((found.blocks - found.bfree) * found.bsize) as Bytes,
        available: (found.bavail * found.bsize) as Bytes,
        inodes: found.files,
        inodesFree: found.ffree,
      };
    });
  }

  /** The addresses of the interface with the default route, IPv4 first; of all when there is no such route. */
  async #addresses(): Promise<readonly string[]> {
    const name =
      proc.defaultInterface(await textOf('/proc/net/route')) ??
      proc.defaultInterface6(await textOf('/proc/net/ipv6_route'));
    const all = networkInterfaces();
    const rows = name === undefined ? Object.values(all).flat() : (all[name] ?? []);
    const usable = rows.filter((row) => row !== undefined && !row.internal && !row.address.startsWith('fe80:'));
    const ofFamily = (family: string): string[] =>
      usable.flatMap((row) => (row?.family === family ? [row.address] : []));
    return [...ofFamily('IPv4'), ...ofFamily('IPv6')];
  }
}

/** What is in use and cannot be given back at once: file pages that nobody touched lately could be. */
function workingSetOf(memInfo: string): Bytes {
  const used = proc.memoryBytes(memInfo, 'MemTotal') - proc.memoryBytes(memInfo, 'MemFree');
  return Math.max(0, used - proc.memoryBytes(memInfo, 'Inactive(file)')) as Bytes;
}

async function filesystemAt(path: string): Promise<StatsFs> {
  let at = path;
  while (true) {
    try {
      return await statfs(at);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || at === '/') throw error;
      at = join(at, '..');
    }
  }
}

/** A file's text; empty where there is none. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

async function firstText(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await textOf(path);
    if (text !== '') return text;
  }
  return '';
}

/** Kubernetes has Go's names. */
function goArchitecture(name: string): string {
  if (name === 'x64') return 'amd64';
  return name === 'ia32' ? '386' : name;
}
