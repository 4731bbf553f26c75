import { nodeName } from '../config/config.ts';
import type { NodeView } from '../core/node/view.ts';
import { aborted, Scope } from '../lib/scope.ts';
import type { MachineFacts } from '../ports/machine.ts';
import type { Ports } from '../ports/ports.ts';
import type { AgentView } from '../server/view.ts';
import { find, firstReports, meetAll } from './boot.ts';
import { coreDecisions, type Decisions } from './decisions.ts';
import { Events } from './events.ts';
import { consequences, heardBy } from './hearers.ts';
import { Progress } from './image/progress.ts';
import { Pulls } from './image/pulls.ts';
import { Journal } from './journal.ts';
import { Ledger } from './ledger.ts';
import { Loop } from './loop.ts';
import { untilDone } from './node/back-off.ts';
import { type AgentConfig, kubepodsLimits, nodeView } from './node/node-view.ts';
import { keepQosTree } from './node/qos-tree.ts';
import { refuseMachine } from './node/refusal.ts';
import { watchRuntime } from './node/runtime-events.ts';
import { RuntimeHealth } from './node/runtime-health.ts';
import { Sources } from './node/sources.ts';
import { tellOfNode } from './node/tell.ts';
import { execute } from './pod/executors.ts';
import { Teller } from './pod/tell.ts';
import { ToldStatuses } from './status/told-statuses.ts';
import { View } from './view.ts';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly version: string;
  /** Who decides; the core, except in tests that break a rule on purpose. */
  readonly decisions?: Decisions;
}

/** A running node. */
export interface Agent {
  /** What the server and the commands see; it answers from the first moment. */
  readonly view: AgentView;
  /** Resolves when the agent was told to end; rejects `refused` on a machine that the configuration forbids, and with a bug. */
  readonly ended: Promise<void>;
}

/** Starts the agent. Aborting `shutdown` ends it and leaves all pods running: the next start takes them over. */
export function startAgent(options: AgentOptions, ports: Ports, shutdown: AbortSignal): Agent {
  const events = new Events();
  const tell = tellOfNode(events, ports.clock);
  tell('start', { type: 'Normal', reason: 'Starting', message: `Starting nodelet ${options.version}.` });
  const sources = new Sources(ports.sources, { ...ports, tell });
  const health = new RuntimeHealth(ports.runtime.watch, { ...ports, tell });
  const name = nodeName(options.config.node, '');
  const view = new View(
    { config: options.config, version: options.version, startedAt: ports.clock.wall(), name, health, sources, events },
    ports,
  );
  return { view, ended: run({ options, ports, events, sources, health, view }, shutdown) };
}

interface Parts {
  readonly options: AgentOptions;
  readonly ports: Ports;
  readonly events: Events;
  readonly sources: Sources;
  readonly health: RuntimeHealth;
  readonly view: View;
}

async function run(parts: Parts, shutdown: AbortSignal): Promise<void> {
  const { ports, sources, health, view, options } = parts;
  await using scope = new Scope(shutdown);
  for (const source of ports.sources) scope.spawn((signal) => sources.read(source, signal));
  scope.spawn((signal) => health.keep(signal));
  scope.spawn(async (signal) => {
    const heldUp = (reason: string): void => view.heldUp(reason);
    const facts = await untilDone((ends) => ports.machine.facts(ends), { ...ports, onFailure: heldUp }, signal);
    refuseMachine(options.config.node, facts);
    const { name } = await health.answered(signal);
    const node = nodeView(options.config, facts, name);
    await begin(parts, { node, facts, scope }, signal);
  });
  await aborted(scope.signal);
}

async function begin(
  parts: Parts,
  { node, facts, scope }: { node: NodeView; facts: MachineFacts; scope: Scope },
  signal: AbortSignal,
): Promise<void> {
  const { ports, events, sources, health, view, options } = parts;
  const ledger = new Ledger(ports, signal);
  const pulls = new Pulls(options.config.images.parallelPulls, ports, signal);
  const progress = new Progress(pulls, ports);
  const statuses = new ToldStatuses(ports);
  const hearer = heardBy([
    new Journal(ports.journal, node),
    new Teller(events, ports),
    consequences(health, ledger),
    statuses,
  ]);
  const effects = { ports, ledger, pulls };
  const loop = new Loop(
    {
      node,
      startSlots: options.config.pods.startSlots,
      decisions: options.decisions ?? coreDecisions,
      execute: (row, action, ends) => execute(action, { row, effects }, ends),
    },
    { clock: ports.clock, hearer },
    signal,
  );
  await firstReports(sources, ports, signal);
  const found = await find({ ports, ledger, statuses, node, heldUp: (reason) => view.heldUp(reason) }, signal);
  meetAll(found, loop, ports.clock);
  sources.publishTo((wanted, reported) => loop.want(wanted, reported));
  scope.spawn(() => loop.ended);
  scope.spawn((ends) => statuses.keep(ends));
  loop.begin();
  view.begin({ node, loop, pulls, progress });
  const { clock, logger, runtime } = ports;
  scope.spawn((ends) => watchRuntime({ loop, watch: runtime.watch, clock, logger, health }, ends));
  const { rows, turned } = loop;
  const kubepods = kubepodsLimits(options.config, facts);
  scope.spawn((ends) => keepQosTree({ rows, turned, node, kubepods }, ports, ends));
  const { pullProgress } = ports;
  if (pullProgress !== undefined) scope.spawn((ends) => progress.keep(pullProgress, ends));
  for (const changed of [turned, pulls.changed, sources.changed, health.changed]) {
    scope.spawn(async (ends) => {
      for (let seen = changed.count; ; view.touch()) seen = await changed.after(seen, ends);
    });
  }
}
