import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { hostname, release } from 'node:os';
import { dirname } from 'node:path';
import { nodeName } from '../../config/config.ts';
import { isNodeName } from '../../config/node-identity.ts';
import { bytesText } from '../render/text.ts';
import { type Check, type Finding, fault, ok, warning } from './finding.ts';

const capabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_SYS_RESOURCE: 24n } as const;
// An image of some size must fit, with what is written meanwhile.
const leastFree = 2 * 1024 ** 3;
const leastInodes = 20_000;
// overlayfs on all usual file systems, and the cgroup v1 and v2 interfaces that are used.
const oldestKernel: readonly [number, number] = [4, 18];

/** Root, and the capabilities that a container of its own may have taken from it. */
export const rights: Check = () => {
  if (process.getuid?.() !== 0) return [fault('rights', `runs as user ${process.getuid?.()}`, 'run it with sudo')];
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  const has = (bit: bigint): boolean => ((BigInt(`0x${mask}`) >> bit) & 1n) === 1n;
  const missing = (['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] as const).filter((name) => !has(capabilities[name]));
  if (missing.length > 0) {
    return [
      fault('rights', `root without ${missing.join(' and ')}`, 'run it outside of a container, or in a privileged one'),
    ];
  }
  if (!has(capabilities.CAP_SYS_RESOURCE)) {
    const detail = 'root without CAP_SYS_RESOURCE: no process can be protected from the OOM killer';
    return [warning('rights', detail, 'nothing to do: nodelet restricts oom_score_adj by itself')];
  }
  return [ok('rights', 'root')];
};

export const kernel: Check = () => {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const [oldMajor, oldMinor] = oldestKernel;
  const findings: Finding[] = [];
  if (major < oldMajor || (major === oldMajor && minor < oldMinor))
    findings.push(fault('kernel', release(), `use Linux ${oldMajor}.${oldMinor} or later`));
  else findings.push(ok('kernel', release()));
  const filesystems = readFileSync('/proc/filesystems', 'utf8');
  if (!/\toverlay$/m.test(filesystems))
    findings.push(fault('overlayfs', 'not in /proc/filesystems', 'load it: modprobe overlay'));
  const namespaces = ['net', 'pid', 'ipc', 'uts', 'mnt'].filter((name) => !existsSync(`/proc/self/ns/${name}`));
  if (namespaces.length > 0)
    findings.push(
      fault('namespaces', `the kernel has no ${namespaces.join(', ')}`, 'use a kernel with CONFIG_NAMESPACES'),
    );
  return findings;
};

export const name: Check = (config) => {
  const is = nodeName(config.node, hostname());
  if (isNodeName(is)) return [ok('node name', is)];
  return [fault('node name', `${JSON.stringify(is)} is no DNS name`, 'set --hostname-override')];
};

export const swap: Check = (config) => {
  const areas = readFileSync('/proc/swaps', 'utf8').trim().split('\n').slice(1);
  if (areas.length === 0) return [ok('swap', 'none')];
  const detail = `on (${areas.map((line) => line.split(/\s/)[0]).join(', ')})`;
  if (!config.node.failSwapOn) return [ok('swap', `${detail}; failSwapOn is false`)];
  return [fault('swap', detail, 'switch it off (swapoff -a), or set failSwapOn: false')];
};

/** Folders: writable, and room on their file systems. */
export const disk: Check = (config) => {
  const { dirs, runtime } = config;
  const folders = [dirs.root, dirs.run, dirs.podLogs, ...(runtime.kind === 'embedded' ? [runtime.rootDir] : [])];
  const seen = new Set<number>();
  const findings: Finding[] = [];
  for (const folder of folders) {
    const there = existing(folder);
    if (!isWritable(there)) {
      findings.push(
        fault('disk', `${there} cannot be written`, `make it writable, or choose another folder for ${folder}`),
      );
      continue;
    }
    const device = statSync(there).dev;
    if (seen.has(device)) continue;
    seen.add(device);
    findings.push(room(folder, there));
  }
  return findings;
};

function room(folder: string, there: string): Finding {
  const { bavail, bsize, ffree, files } = statfsSync(there);
  const free = bavail * bsize;
  const detail = `${bytesText(free)} free for ${folder}`;
  if (free < leastFree)
    return warning('disk', detail, `free ${bytesText(leastFree)}, or put --root-dir on another disk`);
  if (files > 0 && ffree < leastInodes)
    return warning('disk', `${ffree} inodes free for ${folder}`, 'remove files, or put --root-dir on another disk');
  return ok('disk', detail);
}

/** The clock is behind the moment at which this program was made. */
export const clock: Check = () => {
  const made = statSync(process.argv[1] ?? process.execPath).mtimeMs;
  const now = new Date();
  if (now.getTime() < made - 24 * 3600 * 1000) {
    return [
      fault('clock', `${now.toISOString()} is before nodelet was made`, 'set the clock (chronyd, systemd-timesyncd)'),
    ];
  }
  return [ok('clock', now.toISOString())];
};

export const resolvConf: Check = (config) => {
  const path = config.pods.resolvConf;
  if (path === '') return [];
  if (!existsSync(path)) return [fault('DNS', `${path} is not there`, 'set resolvConf to a file that is, or to ""')];
  const loopback = /^nameserver\s+(127\.\S+|::1)\s*$/m.exec(readFileSync(path, 'utf8'))?.[1];
  if (loopback === undefined) return [ok('DNS', path)];
  return [
    warning(
      'DNS',
      `${path} names ${loopback}, which in a pod is the pod itself`,
      'set resolvConf to a file with real servers (systemd-resolved: /run/systemd/resolve/resolv.conf)',
    ),
  ];
};

/** The folder itself, or the nearest one above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) || folder === '/' ? folder : existing(dirname(folder));
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
