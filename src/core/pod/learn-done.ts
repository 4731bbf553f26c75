import { assert } from '../../lib/assert.ts';
import type { Action, Step } from './action.ts';
import type { Done, Fact } from './fact.ts';
import type { Kept } from './kept.ts';
import { foldObservation, keepOnly, type Moment, withContainer, withSandbox } from './observe.ts';
import { hookName } from './record.ts';
import type { ContainerId, ContainerSeen, ImageSeen, SandboxId, Seen } from './seen.ts';

type Outcome = Extract<Fact, { kind: 'outcome' }>;
type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** Folds in what a step that succeeded gave back. */
export function learnDone(seen: Seen, fact: Outcome, value: Done): Seen {
  const { action } = fact;
  switch (action.kind) {
    case 'record':
      return { ...seen, hooksBegun: begunBy(seen, action.kept, fact) };
    case 'look':
      return looked(seen, action, { value: expect(action, value, 'looked'), ...fact });
    case 'prepare':
      return { ...seen, prepared: action.key, disk: { data: true, cgroup: true, logs: true }, cgroupsRemoved: [] };
    case 'mountVolume': {
      const { name, version } = action.volume;
      return { ...seen, volumes: { ...seen.volumes, [name]: { version } }, disk: { ...seen.disk, data: true } };
    }
    case 'checkImage':
      return withImage(seen, action, { image: expect(action, value, 'image').image, pulledFor: [], ...fact });
    case 'pullImage':
      return withImage(seen, action, {
        image: expect(action, value, 'image').image,
        pulledFor: action.pulledFor,
        ...fact,
      });
    case 'runSandbox':
    case 'stopSandbox':
    case 'removeSandbox':
      return sandboxDone(seen, action, { value, ...fact });
    case 'createContainer':
    case 'startContainer':
    case 'stopContainer':
    case 'removeContainer':
      return containerDone(seen, action, { value, ...fact });
    case 'runHook': {
      const { ok, message } = expect(action, value, 'hook');
      return { ...seen, hooks: { ...seen.hooks, [`${action.id}/${action.hook}`]: { ok, message } } };
    }
    case 'removeData':
      return { ...seen, disk: { ...seen.disk, data: false }, volumes: {}, prepared: '' };
    case 'removeCgroup':
      return { ...seen, cgroupsRemoved: [...seen.cgroupsRemoved, action.path], prepared: '' };
    case 'removeLogs':
      return { ...seen, disk: { ...seen.disk, logs: false }, prepared: '' };
    default:
      return action satisfies never;
  }
}

type Given = Moment & { readonly value: Done };

function sandboxDone(
  seen: Seen,
  action: StepOf<'runSandbox' | 'stopSandbox' | 'removeSandbox'> & Action,
  given: Given,
): Seen {
  switch (action.kind) {
    case 'runSandbox': {
      const made = withSandbox(seen, expect(action, given.value, 'sandbox').sandbox);
      return { ...made, disk: { ...seen.disk, cgroup: true, logs: true }, cgroupsRemoved: [] };
    }
    case 'stopSandbox': {
      const sandboxes = seen.sandboxes.map((one) => (one.id === action.id ? { ...one, ready: false } : one));
      const stops = { ...seen.stops, [action.id]: { graceSeconds: 0, at: given.at } };
      // Containers that were in it were killed; how, a look tells.
      const killed = seen.containers.some(({ sandboxId, state }) => sandboxId === action.id && state !== 'exited');
      return { ...seen, sandboxes, stops, look: killed && seen.look === 'no' ? 'soon' : seen.look };
    }
    case 'removeSandbox':
      return withoutSandbox(seen, action.id);
    default:
      return action satisfies never;
  }
}

function containerDone(
  seen: Seen,
  action: StepOf<'createContainer' | 'startContainer' | 'stopContainer' | 'removeContainer'> & Action,
  given: Given,
): Seen {
  switch (action.kind) {
    case 'createContainer': {
      const container = created(action, expect(action, given.value, 'created').id, given);
      return withContainer({ ...seen, disk: { ...seen.disk, data: true } }, container, given);
    }
    case 'startContainer':
      return started(seen, expect(action, given.value, 'started').container, given);
    case 'stopContainer': {
      const stops = { ...seen.stops, [action.id]: { graceSeconds: action.graceSeconds, at: given.at } };
      const containers = seen.containers.map((one): ContainerSeen => {
        return one.id === action.id && one.state !== 'exited' ? { ...one, state: 'exited', exitedAt: given.at } : one;
      });
      // It has ended; with which exit code, only a look tells.
      return { ...seen, stops, containers, look: seen.look === 'no' ? 'soon' : seen.look };
    }
    case 'removeContainer':
      return withoutContainer(seen, action.id);
    default:
      return action satisfies never;
  }
}

function looked(
  seen: Seen,
  action: StepOf<'look'>,
  { value, ...moment }: Moment & { readonly value: Extract<Done, { kind: 'looked' }> },
): Seen {
  if (value.basedOn < seen.revision) return { ...seen, look: seen.look === 'no' ? 'soon' : seen.look };
  const folded = foldObservation(seen, value.observation, moment);
  const again = seen.events.came > action.events;
  return { ...folded, look: again ? 'soon' : 'no', events: { ...seen.events, looked: action.events } };
}

function withImage(
  seen: Seen,
  { image }: StepOf<'checkImage' | 'pullImage'>,
  told: Moment & { readonly image: ImageSeen; readonly pulledFor: readonly string[] },
): Seen {
  const before = seen.images[image];
  const earlier = before?.kind === 'present' ? before.pulledFor : [];
  const pulledFor = [...new Set([...earlier, ...told.pulledFor])];
  const now: ImageSeen = told.image.kind === 'present' ? { ...told.image, pulledFor } : { kind: 'absent', at: told.at };
  return { ...seen, images: { ...seen.images, [image]: now } };
}

function created(step: StepOf<'createContainer'>, id: ContainerId, { wall }: Moment): ContainerSeen {
  const { config, sandboxId } = step;
  return {
    id,
    name: config.name,
    attempt: config.attempt,
    sandboxId,
    state: 'created',
    createdAt: wall,
    image: config.userSpecifiedImage,
    imageId: config.image,
    annotations: config.annotations,
  };
}

// The answer may be older than a look that ended before it: what has ended, or is gone, does not run again. Its log link
// was made with it, though the pod's logs may have been removed in the meantime.
function started(seen: Seen, container: ContainerSeen, moment: Moment): Seen {
  const linked = { ...seen, disk: { ...seen.disk, logs: true } };
  const known = seen.containers.find(({ id }) => id === container.id);
  return known === undefined || known.state === 'exited' ? linked : withContainer(linked, container, moment);
}

function withoutSandbox(seen: Seen, id: SandboxId): Seen {
  const inside = seen.containers.filter(({ sandboxId }) => sandboxId === id);
  const without = inside.reduce((rest, container) => withoutContainer(rest, container.id), seen);
  return {
    ...without,
    sandboxes: seen.sandboxes.filter((sandbox) => sandbox.id !== id),
    stops: keepOnly(without.stops, (stopped) => stopped !== id),
  };
}

function withoutContainer(seen: Seen, id: ContainerId): Seen {
  return {
    ...seen,
    containers: seen.containers.filter((container) => container.id !== id),
    stops: keepOnly(seen.stops, (stopped) => stopped !== id),
    hooks: keepOnly(seen.hooks, (hook) => !hook.startsWith(`${id}/`)),
  };
}

// A record says "begun" only of hooks that begin in this life (settleHooks).
function begunBy(seen: Seen, kept: Kept, { at }: Moment): Seen['hooksBegun'] {
  let begun = seen.hooksBegun;
  for (const [name, row] of Object.entries(kept.containers)) {
    for (const hook of ['postStart', 'preStop'] as const) {
      const key = hookName(name, row.attempt, hook);
      if (row[hook] === 'begun' && begun[key] === undefined) begun = { ...begun, [key]: at };
    }
  }
  return begun;
}

function expect<Kind extends Done['kind']>(action: Action, value: Done, kind: Kind): Extract<Done, { kind: Kind }> {
  assert(value.kind === kind, `${action.kind} gave back ${value.kind} and not ${kind}`);
  return value as Extract<Done, { kind: Kind }>;
}
