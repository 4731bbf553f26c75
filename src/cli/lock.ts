import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { takeLock } from '../lib/host/pid-lock.ts';
import { CommandError } from './command.ts';

/** The file that keeps a second agent from running with the same run folder. */
export function lockPath(config: Pick<Config, 'dirs'>): string {
  return join(config.dirs.run, 'nodelet.pid');
}

/** Takes the lock of the one agent, or says who has it. */
export function lockOrSayWho(config: Pick<Config, 'dirs'>): () => void {
  const lock = takeLock(lockPath(config));
  if (lock.ok) return lock.release;
  const { pid, command } = lock.holder;
  // Behind Node, its flags and the program: what a person typed.
  const words = command.slice(command.findIndex((word) => /\.[jt]s$/.test(word)) + 1).join(' ');
  throw new CommandError(
    `nodelet already runs here: pid ${pid} (nodelet ${words.slice(0, 200)}); see \`nodelet ps\`, or end it with: kill ${pid}`,
  );
}
