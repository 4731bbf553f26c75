import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { coreDecisions, type Decisions } from '../src/agent/decisions.ts';
import type { Action } from '../src/core/pod/action.ts';
import type { Fact } from '../src/core/pod/fact.ts';
import type { PodInput } from '../src/core/pod/input.ts';
import type { Plan } from '../src/core/pod/plan.ts';
import type { ContainerId, Seen } from '../src/core/pod/seen.ts';
import type { ContainerStatus } from '../src/kube/pod-status.ts';
import { runSeed } from './run.ts';

// Rules that are broken on purpose. Each is found by its checker, or that checker could not fail.

const { learn, planPod, podStatus } = coreDecisions;

const withActions = (plan: Plan, actions: readonly Action[]): Plan => ({ ...plan, actions });

/** A plan that goes on as if its record were durable already. */
function withoutWaitingForRecords(input: PodInput): Plan {
  const plan = planPod(input);
  const record = plan.actions.find((action) => action.kind === 'record');
  if (record?.kind !== 'record') return plan;
  const next = planPod({ ...input, kept: record.kept });
  const others = next.actions.filter(({ kind, target }) => kind !== 'record' && target !== record.target);
  return withActions(next, [record, ...others]);
}

/** Whatever was to be ended or removed is, though it failed. */
function takingFailureForSuccess(seen: Seen, fact: Fact): Seen {
  if (fact.kind !== 'outcome' || fact.result.ok || !('failure' in fact.result)) return learn(seen, fact);
  const { action } = fact;
  const ends = ['stopContainer', 'removeContainer', 'stopSandbox', 'removeSandbox', 'removeCgroup', 'removeData'];
  if (!ends.includes(action.kind)) return learn(seen, fact);
  return learn(seen, { ...fact, result: { ok: true, value: { kind: 'nothing' } } });
}

function goingOnAfterRemoval(input: PodInput): Plan {
  const { want } = input;
  if (want.kind !== 'pod') return planPod(input);
  const { deletion: _deletion, removed: _removed, ...wanted } = want;
  return planPod({ ...input, want: wanted });
}

/** Every new attempt gets the number of the one before: the ledger is not asked. */
function startingBesideTheOld(input: PodInput): Plan {
  const { seen } = input;
  const containers = seen.containers.filter(({ state }) => state !== 'running');
  return planPod({ ...input, seen: { ...seen, containers } });
}

function replacingWhatRuns(seen: Seen, fact: Fact): Seen {
  const next = learn(seen, fact);
  if (seen.observed || !next.observed) return next;
  const containers = next.containers.map((each) =>
    each.state === 'running' ? { ...each, state: 'unknown' as const } : each,
  );
  return { ...next, containers };
}

function stoppingOthers(input: PodInput): Plan {
  const plan = planPod(input);
  const id = 'f1'.repeat(32) as ContainerId;
  const why = { code: 'CollectDeadContainer', container: 'another' } as const;
  const stop: Action = { key: `remove ${id}`, target: 'another', why, kind: 'removeContainer', id, logs: [] };
  return plan.stage === 'running' ? withActions(plan, [...plan.actions, stop]) : plan;
}

function doublingTargets(input: PodInput): Plan {
  const plan = planPod(input);
  const [first] = plan.actions;
  return first === undefined ? plan : withActions(plan, [...plan.actions, { ...first, key: `${first.key} again` }]);
}

function without(kind: Action['kind']): (input: PodInput) => Plan {
  return (input) => {
    const plan = planPod(input);
    return withActions(
      plan,
      plan.actions.filter((action) => action.kind !== kind),
    );
  };
}

function silently(input: PodInput): Plan {
  return { ...planPod(input), waits: [] };
}

function dreamily(): (input: PodInput) => Plan {
  let asked = 0;
  return (input) => {
    asked += 1;
    const plan = planPod(input);
    return asked % 50 === 0 ? { ...plan, waits: [...plan.waits, { code: 'Preparing' }] } : plan;
  };
}

const tellingTooSoon: Decisions['podStatus'] = (input, wall, previous) => {
  const status = podStatus(input, wall, previous);
  const some = status.containerStatuses.some(({ state }) => state.terminated !== undefined);
  return some ? { ...status, phase: 'Failed' } : status;
};

const forgettingEnds: Decisions['podStatus'] = (input, wall, previous) => {
  const { verdict: _, ...kept } = input.kept;
  const status = podStatus({ ...input, kept }, wall);
  return previous === undefined ? podStatus(input, wall) : status;
};

const forgettingRestarts: Decisions['podStatus'] = (input, wall, previous) => {
  const status = podStatus(input, wall, previous);
  return { ...status, containerStatuses: status.containerStatuses.map(withoutCount) };
};

function withoutCount(status: ContainerStatus): ContainerStatus {
  return status.state.running === undefined ? { ...status, restartCount: 0 } : status;
}

const changing = <Key extends keyof Decisions>(key: Key, make: () => Decisions[Key]): (() => Decisions) => {
  return () => ({ ...coreDecisions, [key]: make() });
};

const museum: readonly (readonly [string, RegExp, () => Decisions])[] = [
  [
    'starts a container without waiting for the record of its attempt',
    /^I11/,
    changing('planPod', () => withoutWaitingForRecords),
  ],
  ['takes a failure for success', /^(I1|I5|I8)\b/, changing('learn', () => takingFailureForSuccess)],
  ['goes on with a pod that its source dropped', /^I7/, changing('planPod', () => goingOnAfterRemoval)],
  ['does not see what runs', /^(I1|I10)\b|ended by a bug/, changing('planPod', () => startingBesideTheOld)],
  ['starts anew what ran before the agent did', /^I6/, changing('learn', () => replacingWhatRuns)],
  ['removes the container of another program', /^I2/, changing('planPod', () => stoppingOthers)],
  [
    'plans two actions with one target',
    /^the agent ended by a bug.*the same target/s,
    changing('planPod', () => doublingTargets),
  ],
  ['leaves cgroups behind', /^(I8: the cgroup tree|I10)/, changing('planPod', () => without('removeCgroup'))],
  ['never removes a pod folder', /^(I8|I10)/, changing('planPod', () => without('removeData'))],
  ['never looks', /^I10/, changing('planPod', () => without('look'))],
  ['says nothing while it waits', /^I15/, changing('planPod', () => silently)],
  ['decides by something that no journal has', /^I12/, changing('planPod', dreamily)],
  ['tells an end while something runs', /^I5/, changing('podStatus', () => tellingTooSoon)],
  ['takes an end back', /^I3: pod/, changing('podStatus', () => forgettingEnds)],
  ['forgets restarts', /^I3: restarts/, changing('podStatus', () => forgettingRestarts)],
  ['never grants a start slot', /^I10/, changing('grantSlots', () => () => ({ granted: new Set(), ahead: new Map() }))],
];

// Of so many seeds one at least shows the fault; most of these rules are found by the first.
const mostSeeds = 100;

suite('The simulator finds an agent that', () => {
  for (const [name, violation, decisions] of museum) {
    test(name, async () => {
      const found: string[] = [];
      for (let seed = 1; seed <= mostSeeds; seed += 1) {
        const { violations } = await runSeed(seed, decisions());
        if (violations.some((each) => violation.test(each))) return;
        found.push(...violations);
      }
      assert.fail(`no seed up to ${mostSeeds} shows it; found was: ${[...new Set(found)].slice(0, 5).join('; ')}`);
    });
  }
});
