import type { Failure } from '../failure.ts';
import type { Action, StepKind } from './action.ts';
import { retries } from './back-off.ts';
import type { Done, Fact } from './fact.ts';
import { learnDone } from './learn-done.ts';
import { keepOnly } from './observe.ts';
import type { Seen } from './seen.ts';

type Outcome = Extract<Fact, { kind: 'outcome' }>;

/** Steps that change what the runtime shows: a look that began before one of them ended is out of date (I14). */
const changesRuntime: Record<StepKind, boolean> = {
  // A record changes nothing there, but much of what the next plan makes of it.
  record: true,
  look: false,
  prepare: false,
  mountVolume: false,
  checkImage: false,
  pullImage: false,
  runSandbox: true,
  stopSandbox: true,
  removeSandbox: true,
  createContainer: true,
  startContainer: true,
  runHook: false,
  stopContainer: true,
  removeContainer: true,
  removeData: false,
  removeCgroup: false,
  removeLogs: false,
};

/** Folds in how an action of ours ended. */
export function learnOutcome(seen: Seen, fact: Outcome): Seen {
  const { action, result } = fact;
  if (result.ok) return learnSuccess(bumped(seen, action), fact, result.value);
  if ('stale' in result) return { ...seen, look: soon(seen.look), ...staleTraces(seen, action) };
  if ('aborted' in result) return learnAbort(seen, fact);
  return learnFailure(bumped(seen, action), fact, result.failure);
}

function bumped(seen: Seen, action: Action): Seen {
  return changesRuntime[action.kind] ? { ...seen, revision: seen.revision + 1 } : seen;
}

function learnSuccess(seen: Seen, fact: Outcome, value: Done): Seen {
  const { target } = fact.action;
  const failures = keepOnly(seen.failures, (failed) => failed !== target);
  return learnDone({ ...seen, failures }, fact, value);
}

// The stop goes on in the runtime; only the waiting ended.
function learnAbort(seen: Seen, { action, at }: Outcome): Seen {
  if (action.kind !== 'stopContainer') return seen;
  const stops = { ...seen.stops, [action.id]: { graceSeconds: action.graceSeconds, at } };
  return { ...bumped(seen, action), stops, look: soon(seen.look) };
}

function learnFailure(seen: Seen, { action, at }: Outcome, { kind, message }: Failure): Seen {
  const { key, target } = action;
  const before = seen.failures[target];
  const inARow = before !== undefined && (before.key === key || !retries[action.kind].perKey);
  const count = inARow ? before.count + 1 : 1;
  const failed: Seen = {
    ...seen,
    failures: { ...seen.failures, [target]: { key, step: action.kind, kind, message, count, at } },
  };
  // With `unavailable` nothing was done. Whatever else it was, what is known of the runtime may be wrong now.
  const look = changesRuntime[action.kind] && action.kind !== 'record' && kind !== 'unavailable' ? 'first' : seen.look;
  return { ...failed, look, ...traces(failed, action, { kind, message }) };
}

// What a step leaves behind although it failed.
function traces(seen: Seen, action: Action, { kind, message }: Failure): Partial<Seen> {
  switch (action.kind) {
    case 'prepare':
      return { disk: { data: true, cgroup: true, logs: true }, cgroupsRemoved: [] };
    case 'mountVolume':
      return { disk: { ...seen.disk, data: true } };
    case 'runSandbox':
      return { disk: { ...seen.disk, cgroup: true, logs: true }, cgroupsRemoved: [] };
    case 'startContainer':
      return { disk: { ...seen.disk, logs: true } };
    case 'createContainer': {
      // The image went away in between: it is looked for again, and pulled once more.
      const gone = kind === 'absent' ? action.config.userSpecifiedImage : undefined;
      return { disk: { ...seen.disk, data: true }, images: keepOnly(seen.images, (image) => image !== gone) };
    }
    case 'runHook': {
      if (kind === 'unavailable') return {};
      // Nobody knows how it ended: a container does not die for a runtime that was away.
      const ok = kind === 'unknown-outcome';
      return { hooks: { ...seen.hooks, [`${action.id}/${action.hook}`]: { ok, message } } };
    }
    default:
      return {};
  }
}

// The container's files were written before it showed that nobody wants it any more.
function staleTraces(seen: Seen, { kind }: Action): Partial<Seen> {
  return kind === 'createContainer' ? { disk: { ...seen.disk, data: true } } : {};
}

function soon(look: Seen['look']): Seen['look'] {
  return look === 'no' ? 'soon' : look;
}
