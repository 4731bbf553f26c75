import type { Clock } from '../lib/clock.ts';
import type { Cgroups } from './cgroups.ts';
import type { PodDisk, Volumes } from './disk.ts';
import type { HookCaller } from './hooks.ts';
import type { Images, PullProgress } from './images.ts';
import type { Logger } from './logger.ts';
import type { Machine } from './machine.ts';
import type { PodSource } from './pod-source.ts';
import type { Containers, RuntimeWatch, Sandboxes, Streams } from './runtime.ts';
import type { LineLog, Store } from './store.ts';

/** All that the agent needs of the world: made by wire.ts from adapters, and by tests from fakes. */
export interface Ports {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly runtime: {
    readonly sandboxes: Sandboxes;
    readonly containers: Containers;
    readonly watch: RuntimeWatch;
    readonly streams: Streams;
  };
  readonly images: Images;
  /** Absent where the runtime cannot tell the bytes of a pull. */
  readonly pullProgress?: PullProgress;
  readonly disk: PodDisk;
  readonly volumes: Volumes;
  readonly cgroups: Cgroups;
  /** What the ledger stands on. */
  readonly store: Store;
  /** What was told last of each pod stands here: rows that may lag behind, and whose loss breaks nothing. */
  readonly statuses: Store;
  readonly journal: LineLog;
  readonly hooks: HookCaller;
  readonly machine: Machine;
  readonly sources: readonly PodSource[];
}
