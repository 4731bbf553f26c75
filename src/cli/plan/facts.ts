import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, hostname, release, totalmem } from 'node:os';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import type { MachineFacts } from '../../ports/machine.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** This machine as far as a plan depends on it; what only root may ask is left out. */
export function machineFacts(): MachineFacts {
  const { blocks, bsize, files } = statfsSync('/');
  return {
    hostname: hostname(),
    cpu: (cpus().length * 1000) as MilliCpu,
    memory: totalmem() as Bytes,
    swap: 0 as Bytes,
    bootId: '',
    kernel: release(),
    osImage: '',
    architecture: architectures[arch()] ?? arch(),
    machineId: '',
    cgroupVersion: 'v2',
    ips: [],
    resolvConf: text('/etc/resolv.conf'),
    hostsFile: text('/etc/hosts'),
    rootFs: { bytes: (blocks * bsize) as Bytes, inodes: files },
    mayLowerOomScore: true,
  };
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
