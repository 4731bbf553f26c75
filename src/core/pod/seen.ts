import type { Brand } from '../../lib/brand.ts';
import type { Tick, WallTime } from '../../lib/time.ts';
import type { PortErrorKind } from '../failure.ts';
import type { StepKind } from './action.ts';

export type SandboxId = Brand<string, 'SandboxId'>;
export type ContainerId = Brand<string, 'ContainerId'>;

/** What the runtime, the kernel and the outcomes of our own actions told of one pod. Starts empty after a restart. */
export interface Seen {
  /** How many outcomes that change what the runtime shows were folded in; an observation begun before the latest is stale. */
  readonly revision: number;
  /** How many runtime events came, and how many of them the last look had before it: the others ask for another look. */
  readonly events: { readonly came: number; readonly looked: number };
  /** `soon`: something happened, look again; `first`: an outcome is unknown, touch nothing before a look. */
  readonly look: 'no' | 'soon' | 'first';
  /** False until the runtime was asked at least once. */
  readonly observed: boolean;
  /** Newest attempt first. */
  readonly sandboxes: readonly SandboxSeen[];
  /** Newest attempt first within a name. */
  readonly containers: readonly ContainerSeen[];
  /** By image reference as the pod says it. */
  readonly images: Readonly<Record<string, ImageSeen>>;
  /** By volume name: the version that is in place. */
  readonly volumes: Readonly<Record<string, { readonly version: string }>>;
  /** Directories, cgroup and log folder made for this pod and not removed since, as far as we know. */
  readonly disk: { readonly data: boolean; readonly cgroup: boolean; readonly logs: boolean };
  /** Key of the `prepare` step that succeeded last; empty before. */
  readonly prepared: string;
  /** Paths of cgroups that were removed and not made again: of an unknown pod, several places are looked at. */
  readonly cgroupsRemoved: readonly string[];
  /** By the target of the failed action; cleared when an action with that target succeeds. */
  readonly failures: Readonly<Record<string, FailureSeen>>;
  /** Hooks that ended, by container id and hook: "<id>/postStart". */
  readonly hooks: Readonly<Record<string, HookSeen>>;
  /** Hooks whose beginning was recorded in this life of the agent, and when: "<container>#<attempt>/postStart". */
  readonly hooksBegun: Readonly<Record<string, Tick>>;
  /** Containers and sandboxes that we asked to stop, with the grace they were given: tells a kill from a crash. */
  readonly stops: Readonly<Record<string, { readonly graceSeconds: number; readonly at: Tick }>>;
}

export interface SandboxSeen {
  readonly id: SandboxId;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAt: WallTime;
  /** The pod's addresses, primary first; empty with the host's network or before the network is up. */
  readonly ips: readonly string[];
  readonly network: 'POD' | 'NODE';
  /** Identity from the runtime's labels: all that is known of a pod that nobody wants. */
  readonly name: string;
  readonly namespace: string;
  readonly logDirectory?: string;
}

export type ContainerState = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerSeen {
  readonly id: ContainerId;
  readonly name: string;
  readonly attempt: number;
  readonly sandboxId: SandboxId;
  readonly state: ContainerState;
  readonly createdAt: WallTime;
  readonly startedAt?: WallTime;
  readonly finishedAt?: WallTime;
  /** When we can first have known of the exit, on our clock: what back-off counts from. */
  readonly exitedAt?: Tick;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
  /** The image as the runtime names it, and its reference or id. */
  readonly image: string;
  readonly imageId: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly user?: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] };
}

export type ImageSeen =
  /** `at`: when the runtime was asked. */
  | { readonly kind: 'absent'; readonly at?: Tick }
  | {
      readonly kind: 'present';
      /** What CreateContainer is given. */
      readonly id: string;
      /** USER of the image: a number, or a name that the image's passwd resolves. */
      readonly uid?: number;
      readonly username?: string;
      /** Set when it was pulled for the instance "<container>#<attempt>": what policy Always asks for. */
      readonly pulledFor: readonly string[];
    };

export interface FailureSeen {
  /** Key of the action that failed last, and its kind: creating and starting a container have one target. */
  readonly key: string;
  readonly step?: StepKind;
  readonly kind: PortErrorKind;
  readonly message: string;
  /** In a row, since the last success. */
  readonly count: number;
  readonly at: Tick;
}

export interface HookSeen {
  readonly ok: boolean;
  readonly message: string;
}

export const nothingSeen: Seen = {
  revision: 0,
  events: { came: 0, looked: 0 },
  look: 'first',
  observed: false,
  sandboxes: [],
  containers: [],
  images: {},
  volumes: {},
  disk: { data: false, cgroup: false, logs: false },
  prepared: '',
  cgroupsRemoved: [],
  failures: {},
  hooks: {},
  hooksBegun: {},
  stops: {},
};
