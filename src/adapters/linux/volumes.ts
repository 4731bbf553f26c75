import { constants, type Stats } from 'node:fs';
import { chmod, chown, mkdir, open, rename, rmdir, stat } from 'node:fs/promises';
import { release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { VolumePlan } from '../../core/volume/plan.ts';
import { never } from '../../lib/assert.ts';
import type { Volumes } from '../../ports/disk.ts';
import { PortError } from '../../ports/port-error.ts';
import { runCommand } from './command.ts';
import { codeOf, step } from './errno.ts';
import { mountTable } from './mount-table.ts';
import { writePayload } from './payload.ts';
import { makeFolder } from './private-files.ts';

// The folder of a configMap or secret volume: containers of any user look in, the files have modes of their own.
const payloadMode = 0o755;
const groupBits = 0o2770;
const madeFolderMode = 0o755;
const madeFileMode = 0o644;

/** Brings the volumes of pods into place: folders, tmpfs, file sets, and checks of paths of the host. */
export class LinuxVolumes implements Volumes {
  async mount(plan: VolumePlan, signal: AbortSignal): Promise<void> {
    await step(`provide the volume ${plan.name} at ${plan.path}`, signal, async () => {
      switch (plan.kind) {
        case 'directory':
          return await makeDirectory(plan.path, plan.mode, plan.group);
        case 'tmpfs':
          return await mountTmpfs(plan, signal);
        case 'files':
          if (plan.tmpfs) await mountTmpfs({ path: plan.path, mode: payloadMode }, signal);
          else await makeDirectory(plan.path, payloadMode, undefined);
          return await writePayload(plan.path, plan, signal);
        case 'hostPath':
          return await checkHostPath(plan.path, plan.type);
        default:
          return never(plan);
      }
    });
  }
}

/** Makes a folder with its mode and group in one step; one that is there is the pod's own and stays as it is. */
async function makeDirectory(path: string, mode: number, group: number | undefined): Promise<void> {
  if ((await statOf(path))?.isDirectory() === true) return;
  const draft = join(dirname(path), `.${basename(path)}.new`);
  await makeFolder(dirname(path));
  // One may be left of a crash, and is empty.
  await rmdir(draft).catch(() => {});
  await mkdir(draft);
  if (group !== undefined) await chown(draft, 0, group);
  await chmod(draft, group === undefined ? mode : mode | groupBits);
  await rename(draft, path);
}

interface Tmpfs {
  readonly path: string;
  readonly mode: number;
  readonly group?: number;
  readonly sizeBytes?: number;
}

async function mountTmpfs({ path, mode, group, sizeBytes }: Tmpfs, signal: AbortSignal): Promise<void> {
  const mounted = (await mountTable()).filter((row) => row.path === path);
  if (mounted.some((row) => row.type === 'tmpfs')) return;
  if (mounted.length > 0)
    throw new PortError('conflict', `cannot mount ${path}: a ${mounted.at(-1)?.type} is mounted there`);
  await makeFolder(path);
  const bits = group === undefined ? mode : mode | groupBits;
  const options = [`mode=${bits.toString(8)}`];
  if (group !== undefined) options.push(`gid=${group}`);
  if (sizeBytes !== undefined) options.push(`size=${Math.ceil(sizeBytes)}`);
  if (knowsNoSwap(release())) options.push('noswap');
  await runCommand('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path], signal);
}

/** Secrets must not reach a disk by way of swap; tmpfs can promise that since Linux 6.4. */
export function knowsNoSwap(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map((part) => Number.parseInt(part, 10));
  return major > 6 || (major === 6 && minor >= 4);
}

const checks: Readonly<Record<string, { readonly what: string; readonly is: (stats: Stats) => boolean }>> = {
  DirectoryOrCreate: { what: 'a directory', is: (stats) => stats.isDirectory() },
  Directory: { what: 'a directory', is: (stats) => stats.isDirectory() },
  FileOrCreate: { what: 'a file', is: (stats) => stats.isFile() },
  File: { what: 'a file', is: (stats) => stats.isFile() },
  Socket: { what: 'a socket', is: (stats) => stats.isSocket() },
  CharDevice: { what: 'a character device', is: (stats) => stats.isCharacterDevice() },
  BlockDevice: { what: 'a block device', is: (stats) => stats.isBlockDevice() },
};

async function checkHostPath(path: string, type: string): Promise<void> {
  const check = checks[type];
  // Without a type anything will do, and nothing: the runtime makes a folder.
  if (check === undefined) return;
  if (type === 'DirectoryOrCreate') await ensure(makeFolder(path, madeFolderMode));
  if (type === 'FileOrCreate') await ensure(createFile(path));
  const stats = await statOf(path);
  if (stats === undefined) throw new PortError('absent', `cannot use ${path} of the host: it does not exist`);
  if (!check.is(stats)) throw new PortError('refused', `cannot use ${path} of the host: it is not ${check.what}`);
}

async function createFile(path: string): Promise<void> {
  await using file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, madeFileMode);
  await file.chmod(madeFileMode);
}

/** What is there already, of whatever kind, is looked at afterwards. */
async function ensure(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
