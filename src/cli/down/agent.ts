import { setTimeout as delay } from 'node:timers/promises';
import { lockHolder } from '../../lib/host/pid-lock.ts';
import { isAlive, signalProcess } from '../../lib/host/processes.ts';

const pollEvery = 20;
// It only has to leave off what it does; a start that is under way ends within seconds.
const longestEnd = 10_000;

/** Ends the agent that holds the lock, if one does. Gives its process number. */
export async function stopAgent(lock: string): Promise<number | undefined> {
  const holder = lockHolder(lock);
  if (holder === undefined) return undefined;
  signalProcess(holder, 'SIGTERM');
  for (let waited = 0; isAlive(holder); waited += pollEvery) {
    if (waited >= longestEnd) signalProcess(holder, 'SIGKILL');
    await delay(pollEvery);
  }
  return holder.pid;
}
