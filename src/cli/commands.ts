import type { Command } from './command.ts';

/** Every command by its name. Loaded when used: `nodelet ps` need not read the agent's code. */
export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  up: async () => (await import('./up.ts')).up,
  run: async () => (await import('./run.ts')).run,
  ps: async () => (await import('./ps.ts')).ps,
  logs: async () => (await import('./logs.ts')).logs,
  exec: async () => (await import('./exec.ts')).exec,
  explain: async () => (await import('./explain.ts')).explain,
  events: async () => (await import('./events.ts')).events,
  node: async () => (await import('./node-figures.ts')).node,
  plan: async () => (await import('./plan.ts')).plan,
  replay: async () => (await import('./replay.ts')).replay,
  config: async () => (await import('./config.ts')).config,
  doctor: async () => (await import('./doctor.ts')).doctor,
  down: async () => (await import('./down.ts')).down,
  version: async () => (await import('./version.ts')).version,
};
