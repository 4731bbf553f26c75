import type { Bytes, MilliCpu } from '../lib/brand.ts';

/** The machine's own figures, read when asked. */
export interface Machine {
  facts(signal: AbortSignal): Promise<MachineFacts>;
  usage(signal: AbortSignal): Promise<MachineUsage>;
  /** The filesystem that holds a path, or the nearest of its parents that exists. */
  filesystem(path: string, signal: AbortSignal): Promise<FilesystemUsage>;
}

export interface MachineFacts {
  readonly hostname: string;
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly swap: Bytes;
  readonly bootId: string;
  readonly kernel: string;
  readonly osImage: string;
  readonly architecture: string;
  readonly machineId: string;
  readonly cgroupVersion: 'v1' | 'v2' | 'hybrid';
  /** Addresses of the interface with the default route, IPv4 first. */
  readonly ips: readonly string[];
  readonly resolvConf: string;
  readonly hostsFile: string;
  readonly rootFs: { readonly bytes: Bytes; readonly inodes: number };
  readonly mayLowerOomScore: boolean;
}

/** `available` is what others than root may still write: less than the bytes that are not used. */
export interface FilesystemUsage {
  readonly bytes: Bytes;
  readonly used: Bytes;
  readonly available: Bytes;
  readonly inodes: number;
  readonly inodesFree: number;
}

export interface MachineUsage {
  /** Nanoseconds of CPU used by all since boot. */
  readonly cpuNanoseconds: number;
  readonly memoryAvailable: Bytes;
  readonly memoryWorkingSet: Bytes;
  readonly rootFs: { readonly used: Bytes; readonly available: Bytes; readonly inodesFree: number };
  readonly network: readonly { readonly name: string; readonly receivedBytes: number; readonly sentBytes: number }[];
  readonly processes: { readonly running: number; readonly max: number };
}
