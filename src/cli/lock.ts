import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { takeLock } from '../lib/host/pid-lock.ts';
import type { ProcessSeen } from '../lib/host/processes.ts';
import { CommandError } from './command.ts';

/** The file that keeps a second agent from running with the same run folder. */
export function lockPath(config: Pick<Config, 'dirs'>): string {
  return join(config.dirs.run, 'nodelet.pid');
}

/** Takes the locks of the one agent, or says who has them: two with one run folder or one root folder would fight. */
export function lockOrSayWho(config: Pick<Config, 'dirs'>): () => void {
  const paths = [lockPath(config), join(config.dirs.root, 'nodelet.pid')];
  const held: (() => void)[] = [];
  for (const path of paths) {
    const lock = takeLock(path);
    if (lock.ok) {
      held.push(lock.release);
      continue;
    }
    for (const release of held) release();
    throw new CommandError(whoHas(path, lock.holder));
  }
  return () => {
    for (const release of held) release();
  };
}

function whoHas(path: string, { pid, command }: ProcessSeen): string {
  // Behind Node, its flags and the program: what a person typed.
  const words = command.slice(command.findIndex((word) => /\.[jt]s$/.test(word)) + 1).join(' ');
  const who = `pid ${pid} (nodelet ${words.slice(0, 200)}) has ${path}`;
  return `nodelet already runs here: ${who}; see \`nodelet ps\`, or end it with: kill ${pid}`;
}
