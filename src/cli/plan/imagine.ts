import type { NodeView } from '../../core/node/view.ts';
import type { Action } from '../../core/pod/action.ts';
import type { Done } from '../../core/pod/fact.ts';
import type { Admission } from '../../core/pod/input.ts';
import { type Kept, nothingKept } from '../../core/pod/kept.ts';
import { learn } from '../../core/pod/learn.ts';
import type { Plan } from '../../core/pod/plan.ts';
import { planPod } from '../../core/pod/plan-pod.ts';
import type { ContainerId, ContainerSeen, SandboxId, SandboxSeen, Seen } from '../../core/pod/seen.ts';
import { nothingSeen } from '../../core/pod/seen.ts';
import type { WantedPod } from '../../core/pod/want.ts';
import type { PodUid } from '../../kube/meta.ts';
import { never } from '../../lib/assert.ts';
import type { Tick, WallTime } from '../../lib/time.ts';

/** What a pod would cause: rounds of steps, and where it comes to rest. */
export interface Imagined {
  readonly rounds: readonly Round[];
  /** The plan in which nothing is left to do. */
  readonly rest: Plan;
  /** False when it did not come to rest within the limit. */
  readonly settled: boolean;
}

/** Steps that are in flight side by side, since nothing in one needs another. */
export interface Round {
  readonly stage: Plan['stage'];
  readonly actions: readonly Action[];
  /** Milliseconds since the pod was wanted; a wait for time passes at once here. */
  readonly at: number;
}

export interface ImagineOptions {
  readonly want: WantedPod;
  readonly node: NodeView;
  readonly admission: Admission;
  readonly wall: WallTime;
}

// Each container takes a handful of rounds; a pod that needs more than this turns in a circle.
const mostRounds = 500;

/**
 * Plans a pod step by step against a world in which everything succeeds at once.
 *
 * In it no image is there before it is pulled, init containers end with 0, and main containers run on. Pure.
 */
export function imagine(options: ImagineOptions): Imagined {
  const world = new World(options);
  const rounds: Round[] = [];
  for (let count = 0; count < mostRounds; count += 1) {
    const plan = world.plan();
    if (plan.actions.length > 0) {
      rounds.push({ stage: plan.stage, actions: plan.actions, at: world.now });
      for (const action of plan.actions) world.does(action);
    } else if (plan.wakeAt === undefined || plan.stage === 'running') {
      return { rounds, rest: plan, settled: true };
    } else {
      world.waitUntil(plan.wakeAt);
    }
  }
  return { rounds, rest: world.plan(), settled: false };
}

/** The imagined runtime and disk of one pod. */
class World {
  now: Tick = 0 as Tick;
  readonly #options: ImagineOptions;
  readonly #inits: ReadonlySet<string>;
  readonly #sandboxes = new Map<SandboxId, SandboxSeen>();
  readonly #containers = new Map<ContainerId, ContainerSeen>();
  #seen: Seen = nothingSeen;
  #kept: Kept = nothingKept;
  #made = 0;

  constructor(options: ImagineOptions) {
    this.#options = options;
    this.#inits = new Set((options.want.pod.spec.initContainers ?? []).map(({ name }) => name));
  }

  plan(): Plan {
    const { want, node, admission } = this.#options;
    return planPod({
      uid: want.pod.metadata.uid as PodUid,
      want,
      seen: this.#seen,
      kept: this.#kept,
      now: this.now,
      wall: this.#wall,
      node,
      slot: { granted: true, ahead: 0 },
      admission,
    });
  }

  waitUntil(tick: Tick): void {
    this.now = Math.max(this.now + 1, tick) as Tick;
  }

  does(action: Action): void {
    if (action.kind === 'record') this.#kept = action.kept;
    const moment = { at: this.now, wall: this.#wall };
    this.#seen = learn(this.#seen, {
      kind: 'outcome',
      action,
      result: { ok: true, value: this.#outcome(action) },
      ...moment,
    });
    if (action.kind === 'startContainer' && this.#inits.has(action.container)) {
      this.#ends(action.id);
      this.#seen = learn(this.#seen, { kind: 'event', at: this.now });
    }
  }

  get #wall(): WallTime {
    return (this.#options.wall + this.now) as WallTime;
  }

  #outcome(action: Action): Done {
    switch (action.kind) {
      case 'look':
        return {
          kind: 'looked',
          basedOn: this.#seen.revision,
          observation: { sandboxes: [...this.#sandboxes.values()], containers: [...this.#containers.values()] },
        };
      case 'checkImage':
        return { kind: 'image', image: { kind: 'absent' } };
      case 'pullImage':
        return { kind: 'image', image: { kind: 'present', id: action.image, pulledFor: action.pulledFor } };
      case 'runSandbox':
        return { kind: 'sandbox', sandbox: this.#makeSandbox(action) };
      case 'createContainer':
        return { kind: 'created', id: this.#makeContainer(action) };
      case 'startContainer':
        return { kind: 'started', container: this.#change(action.id, { state: 'running', startedAt: this.#wall }) };
      case 'runHook':
        return { kind: 'hook', ok: true, message: '' };
      case 'stopContainer':
        this.#ends(action.id);
        return { kind: 'nothing' };
      case 'removeContainer':
        this.#containers.delete(action.id);
        return { kind: 'nothing' };
      case 'record':
      case 'prepare':
      case 'mountVolume':
      case 'stopSandbox':
      case 'removeSandbox':
      case 'removeData':
      case 'removeCgroup':
      case 'removeLogs':
        return { kind: 'nothing' };
      default:
        return never(action);
    }
  }

  #makeSandbox({ config }: Extract<Action, { kind: 'runSandbox' }>): SandboxSeen {
    this.#made += 1;
    const host = config.namespaces.network === 'NODE';
    const sandbox: SandboxSeen = {
      id: `sandbox-${this.#made}` as SandboxId,
      attempt: config.attempt,
      ready: true,
      createdAt: this.#wall,
      ips: host ? [] : ['192.0.2.1'],
      network: host ? 'NODE' : 'POD',
      name: config.name,
      namespace: config.namespace,
      logDirectory: config.logDirectory,
    };
    this.#sandboxes.set(sandbox.id, sandbox);
    return sandbox;
  }

  #makeContainer({ config, sandboxId }: Extract<Action, { kind: 'createContainer' }>): ContainerId {
    this.#made += 1;
    const id = `container-${this.#made}` as ContainerId;
    this.#containers.set(id, {
      id,
      name: config.name,
      attempt: config.attempt,
      sandboxId,
      state: 'created',
      createdAt: this.#wall,
      image: config.userSpecifiedImage,
      imageId: config.image,
      annotations: config.annotations,
    });
    return id;
  }

  #ends(id: ContainerId): void {
    this.#change(id, { state: 'exited', finishedAt: this.#wall, exitCode: 0, reason: 'Completed' });
  }

  #change(id: ContainerId, to: Partial<ContainerSeen>): ContainerSeen {
    const before = this.#containers.get(id);
    if (before === undefined) throw new Error(`cannot change container ${id}: it was never made`);
    const after = { ...before, ...to };
    this.#containers.set(id, after);
    return after;
  }
}
