import type { Fact } from './fact.ts';
import { isUnread } from './instances.ts';
import { learnOutcome } from './learn-outcome.ts';
import { foldObservation, keepOnly } from './observe.ts';
import type { Seen } from './seen.ts';

/** Folds one fact into what is known of a pod. Pure; a fact that says nothing new gives the same value back. */
export function learn(seen: Seen, fact: Fact): Seen {
  switch (fact.kind) {
    case 'event':
      return { ...seen, look: atLeastSoon(seen.look), events: { ...seen.events, came: seen.events.came + 1 } };
    case 'observed':
      return learnObserved(seen, fact);
    case 'outcome':
      return learnOutcome(seen, fact);
    case 'disk': {
      const { data, cgroup, logs } = seen.disk;
      return { ...seen, disk: { data: data || fact.data, cgroup: cgroup || fact.cgroup, logs: logs || fact.logs } };
    }
    default:
      return fact satisfies never;
  }
}

/** `first` stays `first`. */
export function atLeastSoon(look: Seen['look']): Seen['look'] {
  return look === 'no' ? 'soon' : look;
}

// Nobody can tell whether an event that came lately is in the list: it still asks for a look. So does an exit of which
// the list tells no more than that it happened.
function learnObserved(seen: Seen, fact: Extract<Fact, { kind: 'observed' }>): Seen {
  if (fact.basedOn < seen.revision) return { ...seen, look: atLeastSoon(seen.look) };
  const folded = foldObservation(seen, fact.observation, fact);
  const again = seen.events.came > seen.events.looked || folded.containers.some(isUnread);
  const failures = keepOnly(seen.failures, (target) => target !== 'runtime');
  return { ...folded, failures, look: again ? 'soon' : 'no' };
}
