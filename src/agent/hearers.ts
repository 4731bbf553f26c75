import type { Fact } from '../core/pod/fact.ts';
import type { Ledger } from './ledger.ts';
import type { LoopHearer } from './loop.ts';
import type { RuntimeHealth } from './node/runtime-health.ts';

/** All hearers as one, in this order. */
export function heardBy(hearers: readonly LoopHearer[]): LoopHearer {
  const all = (tell: (hearer: LoopHearer) => void): void => {
    for (const hearer of hearers) tell(hearer);
  };
  return {
    wanted: (row) => all((each) => each.wanted(row)),
    learned: (row, fact) => all((each) => each.learned(row, fact)),
    planned: (row, input, plan) => all((each) => each.planned(row, input, plan)),
    gone: (row) => all((each) => each.gone(row)),
  };
}

/** Draws what follows for others: a step that failed makes the runtime suspect, a pod that is gone leaves the ledger. */
export function consequences(health: RuntimeHealth, ledger: Ledger): LoopHearer {
  const nothing = (): void => undefined;
  return {
    wanted: nothing,
    learned: (_, fact) => {
      const failure = failureOf(fact);
      if (failure !== undefined) health.suspect(failure);
    },
    planned: nothing,
    gone: ({ uid }) => ledger.forget(uid),
  };
}

// A sandbox that cannot be made or stopped is often the network's fault, and the runtime says so when it is asked.
function failureOf(fact: Fact): string | undefined {
  if (fact.kind !== 'outcome' || fact.result.ok || !('failure' in fact.result)) return undefined;
  const { kind, message } = fact.result.failure;
  const isOfNetwork = fact.action.kind === 'runSandbox' || fact.action.kind === 'stopSandbox';
  return kind === 'unavailable' || isOfNetwork ? message : undefined;
}
