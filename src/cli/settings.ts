import type { Config } from '../config/config.ts';
import type { Command } from '../config/defaults.ts';
import { hostFiles } from '../config/host-files.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { formatConfigError } from '../config/problem.ts';
import { CommandError } from './command.ts';

/** Loads the configuration for an agent. Wrong settings become one error with a line each, exit code 2. */
export function load(argv: readonly string[], command: Command): Loaded {
  const loaded = loadConfig(argv, hostFiles(), command);
  if (!('errors' in loaded)) return loaded;
  const lines = loaded.errors.map(formatConfigError);
  throw new CommandError(`cannot start with this configuration:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    exitCode: 2,
  });
}

/** The configuration as a command that talks to the agent, or cleans up behind it, needs it: no manifests are asked for. */
export function loadForClient(configFlags: readonly string[]): Config {
  // `up` wants a place for manifests, which no client reads.
  return load([...configFlags, '/'], 'up').config;
}
