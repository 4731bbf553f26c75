import type { Bytes, MilliCpu } from '../lib/brand.ts';
import type { Machine, MachineFacts, MachineUsage } from '../ports/machine.ts';

/** A machine with two cores and 4 GiB. */
export class FakeMachine implements Machine {
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

  async usage(signal: AbortSignal): Promise<MachineUsage> {
    signal.throwIfAborted();
    return {
      cpuNanoseconds: 1_000_000_000,
      memoryAvailable: (3 * 2 ** 30) as Bytes,
      memoryWorkingSet: (1 * 2 ** 30) as Bytes,
      rootFs: { used: (10 * 2 ** 30) as Bytes, available: (90 * 2 ** 30) as Bytes, inodesFree: 900_000 },
      network: [{ name: 'eth0', receivedBytes: 1, sentBytes: 1 }],
      processes: { running: 100, max: 32_768 },
    };
  }
}
