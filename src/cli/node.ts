import { setTimeout as delay } from 'node:timers/promises';
import { startAgent } from '../agent/kubelet.ts';
import type { Config } from '../config/config.ts';
import { aborted, Scope } from '../lib/scope.ts';
import type { Logger } from '../ports/logger.ts';
import { type HealthOptions, serveHealth } from '../server/health.ts';
import { serveLocal } from '../server/local.ts';
import type { AgentView } from '../server/view.ts';
import { wire } from '../wire.ts';
import { isEmbedded, startRuntime } from '../wire-embedded.ts';
import { CommandError, complain } from './command.ts';
import { lockOrSayWho } from './lock.ts';
import { logRuntime } from './runtime-events.ts';
import { nodeletVersion } from './version.ts';

export interface NodeOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Shows the node while it runs; ends by its signal. */
  readonly show: (view: AgentView, signal: AbortSignal) => Promise<void>;
}

/**
 * Runs a node until it is told to end: runtime, agent, control socket, health endpoint.
 *
 * The runtime and the pods go on afterwards; the next run takes them over.
 */
export async function runNode({ config, logger, show }: NodeOptions, shutdown: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0) throw new CommandError('cannot run pods as this user: run it with sudo');
  const release = lockOrSayWho(config);
  try {
    // Ended last: the agent writes until it has ended, and a file that is left open ends the process with an error.
    await using wired = wire(config, logger);
    await using scope = new Scope(shutdown);
    if (isEmbedded(config)) scope.spawn(await startRuntime(config, logRuntime(logger), scope.signal));
    const agent = startAgent({ config, version: nodeletVersion }, wired.ports, scope.signal);
    scope.spawn(() => agent.ended);
    scope.spawn((signal) => serveLocal(agent.view, config.dirs.controlSocket, signal));
    const { address, port } = config.health;
    if (port !== undefined) scope.spawn((signal) => keepHealth({ address, port }, logger, signal));
    scope.spawn((signal) => show(agent.view, signal));
    await aborted(scope.signal);
  } catch (error) {
    if (!shutdown.aborted) throw error;
  } finally {
    release();
  }
}

const nextTryMs = 5000;

/** Serves it as soon as the port can be had: that another program has it is no reason to leave the pods alone. */
async function keepHealth(options: HealthOptions, logger: Logger, signal: AbortSignal): Promise<void> {
  let told = '';
  while (!signal.aborted) {
    try {
      await serveHealth(options, signal);
    } catch (error) {
      if (!(error instanceof Error && error.cause instanceof Error && 'code' in error.cause)) throw error;
      if (error.message !== told) logger.error(error.message, { nextTryInMs: nextTryMs });
      told = error.message;
      await delay(nextTryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Aborted by SIGINT or SIGTERM. A second SIGINT ends the process at once, for whoever is in a hurry. */
export function shutdownSignal(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  const end = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) {
      complain('ended at once');
      process.exit(130);
    }
    say('nodelet ends; its pods go on: `nodelet up` takes them over, `nodelet down` takes them away');
    controller.abort(new Error(`${signal} was received`));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return controller.signal;
}
