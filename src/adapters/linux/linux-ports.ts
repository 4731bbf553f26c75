import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { Cgroups } from '../../ports/cgroups.ts';
import type { PodDisk, Volumes } from '../../ports/disk.ts';
import type { HookCaller } from '../../ports/hooks.ts';
import type { Machine } from '../../ports/machine.ts';
import { LinuxCgroups } from './cgroups.ts';
import { LinuxPodDisk } from './disk.ts';
import { HttpHookCaller } from './hook-http.ts';
import { FileLineLog } from './line-log.ts';
import { LinuxMachine } from './machine.ts';
import { FileStore } from './store.ts';
import { LinuxVolumes } from './volumes.ts';

export interface LinuxOptions {
  /** <root-dir>: the ledger and the journal stand in it, and its filesystem is the node's. */
  readonly rootDir: string;
  /** Empty: pods inherit no nameservers. */
  readonly resolvConf: string;
}

/** All that this machine's kernel and disk give. */
export interface LinuxPorts {
  readonly disk: PodDisk;
  readonly volumes: Volumes;
  readonly cgroups: Cgroups;
  /** The ledger's rows: <root-dir>/ledger. */
  readonly store: FileStore;
  /** What was told last of each pod: <root-dir>/statuses. */
  readonly statuses: FileStore;
  /** <root-dir>/journal and journal.1. */
  readonly journal: FileLineLog;
  readonly machine: Machine;
  readonly hooks: HookCaller;
}

export function linuxPorts(options: LinuxOptions, ports: { readonly clock: Clock }): LinuxPorts {
  return {
    disk: new LinuxPodDisk(),
    volumes: new LinuxVolumes(),
    cgroups: new LinuxCgroups({}, ports),
    store: new FileStore(join(options.rootDir, 'ledger')),
    statuses: new FileStore(join(options.rootDir, 'statuses')),
    journal: new FileLineLog({ path: join(options.rootDir, 'journal') }),
    machine: new LinuxMachine(options),
    hooks: new HttpHookCaller(),
  };
}
