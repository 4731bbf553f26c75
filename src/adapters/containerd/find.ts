import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runProgram } from '../../lib/host/program.ts';
import { PortError } from '../../ports/port-error.ts';
import type { ContainerdOptions } from './options.ts';

/** Programs that an embedded containerd is made of. */
export interface Binaries {
  readonly containerd: string;
  /** containerd's own command line, beside it. */
  readonly ctr: string;
  readonly runc: string;
  readonly cniBinDir: string;
  /** PATH for containerd: its shim, runc, and iptables for the network plugins. */
  readonly searchPath: string;
  readonly version: Version;
}

export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

type FindOptions = Pick<ContainerdOptions, 'runtime' | 'network' | 'prefix' | 'searchPath'>;

// A service's PATH often lacks the sbin folders, where runc and iptables are.
const usualFolders: readonly string[] = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const cniFolders: readonly string[] = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** Finds all programs and asks containerd for its version. `refused` names all that is missing at once. */
export async function findBinaries(options: FindOptions, signal: AbortSignal): Promise<Binaries> {
  const folders = [
    ...(options.prefix === undefined ? [] : [join(options.prefix, 'usr/bin'), join(options.prefix, 'usr/sbin')]),
    ...options.searchPath.split(delimiter).filter((folder) => folder !== ''),
    ...usualFolders,
  ];
  const containerd = options.runtime.containerdPath ?? findProgram('containerd', folders);
  const runc = options.runtime.runcPath ?? findProgram('runc', folders);
  const withShim = containerd === undefined ? folders : [dirname(containerd), ...folders];
  const ctr = findProgram('ctr', withShim);
  const missing: string[] = [];
  if (!isProgram(containerd)) missing.push(`containerd (${containerd ?? 'in no folder of PATH'})`);
  if (!isProgram(runc)) missing.push(`runc (${runc ?? 'in no folder of PATH'})`);
  if (containerd !== undefined && findProgram('containerd-shim-runc-v2', withShim) === undefined)
    missing.push(`containerd-shim-runc-v2 (neither beside ${containerd} nor in PATH)`);
  if (containerd !== undefined && ctr === undefined) missing.push(`ctr (neither beside ${containerd} nor in PATH)`);
  const cni = findPlugins(options);
  missing.push(...cni.missing);
  if (missing.length > 0 || containerd === undefined || ctr === undefined || runc === undefined) {
    throw new PortError(
      'refused',
      `cannot start the embedded runtime: missing: ${missing.join('; ')}; install them (Debian: apt-get install containerd runc containernetworking-plugins), or set NODELET_PREFIX to a folder that holds usr/bin and usr/lib/cni`,
    );
  }
  const searchPath = [...new Set([...withShim, dirname(runc)])].join(delimiter);
  return { containerd, ctr, runc, cniBinDir: cni.folder, searchPath, version: await versionOf(containerd, signal) };
}

/** The version in the answer of `containerd --version`, for example 1.6 in "containerd github.com/… 1.6.20~ds1 …". */
export function parseVersion(answer: string): Version | undefined {
  const match = /\bv?(\d+)\.(\d+)\.(\d+)\S*/.exec(answer);
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), text: match[0].replace(/^v/, '') };
}

/** The plugins that the network's chain needs; `loopback` is what containerd itself calls. */
export function pluginsNeeded(network: ContainerdOptions['network']): readonly string[] {
  if (network.plugin === 'none') return ['loopback'];
  return [...new Set([...network.plugins, 'host-local', 'loopback', ...(network.hostPorts ? ['portmap'] : [])])];
}

function findPlugins(options: FindOptions): { readonly folder: string; readonly missing: readonly string[] } {
  const needed = pluginsNeeded(options.network);
  const given = options.network.cniBinDir;
  const prefixed = options.prefix === undefined ? [] : [join(options.prefix, 'usr/lib/cni')];
  const candidates = given === undefined ? [...prefixed, ...cniFolders] : [given];
  const lacks = (folder: string): readonly string[] => needed.filter((name) => !isProgram(join(folder, name)));
  const first = candidates.find((folder) => lacks(folder).length === 0);
  if (first !== undefined) return { folder: first, missing: [] };
  const best = candidates.find((folder) => lacks(folder).length < needed.length);
  if (best === undefined) return { folder: '', missing: [`CNI plugins (none in ${candidates.join(', ')})`] };
  return { folder: best, missing: [`CNI plugins ${lacks(best).join(', ')} (in ${best})`] };
}

async function versionOf(containerd: string, signal: AbortSignal): Promise<Version> {
  const result = await runProgram({ file: containerd, args: ['--version'] }, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new PortError('refused', `cannot run ${containerd} --version: ${String(error)}`, error);
  });
  const version = parseVersion(result.stdout);
  if (version === undefined) {
    const said = (result.stdout + result.stderr).trim().slice(0, 200);
    throw new PortError('refused', `cannot read the version of ${containerd}: it answered ${JSON.stringify(said)}`);
  }
  return version;
}

function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string | undefined): path is string {
  if (path === undefined) return false;
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
