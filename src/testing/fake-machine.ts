import type { Bytes, MilliCpu } from '../lib/brand.ts';
import type { FilesystemUsage, Machine, MachineFacts, MachineUsage } from '../ports/machine.ts';

/** A machine with two cores and 4 GiB. */
export class FakeMachine implements Machine {
  #readings = 0;
  #facts: MachineFacts = {
    hostname: 'node-1',
    cpu: 2000 as MilliCpu,
    memory: (4 * 2 ** 30) as Bytes,
    swap: 0 as Bytes,
    bootId: 'boot-1',
    kernel: '6.1.0',
    osImage: 'Fake Linux',
    architecture: 'amd64',
    machineId: 'machine-1',
    cgroupVersion: 'v2',
    ips: ['192.0.2.1'],
    resolvConf: 'nameserver 192.0.2.53\nsearch example.test\n',
    hostsFile: '127.0.0.1 localhost\n',
    rootFs: { bytes: (100 * 2 ** 30) as Bytes, inodes: 1_000_000 },
    mayLowerOomScore: true,
  };

  /** Changes what `facts` says. */
  change(facts: Partial<MachineFacts>): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  async facts(signal: AbortSignal): Promise<MachineFacts> {
    signal.throwIfAborted();
    return this.#facts;
  }

  async filesystem(_: string, signal: AbortSignal): Promise<FilesystemUsage> {
    signal.throwIfAborted();
    const { bytes, inodes } = this.#facts.rootFs;
    return { bytes, used: (bytes / 10) as Bytes, available: (bytes * 0.9) as Bytes, inodes, inodesFree: inodes * 0.9 };
  }

  /** Each reading finds 50 ms of CPU time, 1000 bytes received and 500 sent more than the one before. */
  async usage(signal: AbortSignal): Promise<MachineUsage> {
    signal.throwIfAborted();
    this.#readings += 1;
    return {
      cpuNanoseconds: this.#readings * 50_000_000,
      memoryAvailable: (3 * 2 ** 30) as Bytes,
      memoryWorkingSet: (1 * 2 ** 30) as Bytes,
      rootFs: { used: (10 * 2 ** 30) as Bytes, available: (90 * 2 ** 30) as Bytes, inodesFree: 900_000 },
      network: [{ name: 'eth0', receivedBytes: this.#readings * 1000, sentBytes: this.#readings * 500 }],
      processes: { running: 100, max: 32_768 },
    };
  }
}
