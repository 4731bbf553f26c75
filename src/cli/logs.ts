import { existsSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { logText, parseLogRecord } from '../kube/cri-log.ts';
import { readArgs, wholeNumber } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, CommandError, print, UsageError } from './command.ts';
import { LogFile } from './log-file.ts';
import { loadForClient } from './settings.ts';

interface Asked {
  readonly pod: string;
  readonly container?: string;
  readonly previous: boolean;
}

export const logs: Command = {
  usage: 'logs [-f] [-p] [--tail N] [-c CONTAINER] [NAMESPACE/]POD [CONTAINER]',
  summary: 'print what a container wrote',
  details: [
    '  -f, --follow       go on until the container ends',
    '  -p, --previous     of the instance before the last restart',
    '      --tail N       only the last N lines',
    '      --timestamps   with the time of each line',
    '  -c, --container    which container; otherwise the first one',
  ],
  run: async (argv) => {
    const args = readArgs(argv, {
      options: {
        follow: { kind: 'switch', short: 'f' },
        previous: { kind: 'switch', short: 'p' },
        timestamps: { kind: 'switch' },
        tail: { kind: 'value' },
        container: { kind: 'value', short: 'c' },
      },
      positionals: ['POD', '[CONTAINER]'],
    });
    const container = args.values.get('container') ?? args.positionals[1];
    const previous = args.switches.has('previous');
    const follow = args.switches.has('follow');
    if (follow && previous)
      throw new UsageError('--follow and --previous exclude each other: the previous instance has ended');
    const asked = { pod: args.positionals[0] ?? '', previous, ...(container === undefined ? {} : { container }) };
    const client = new AgentClient(loadForClient(args.configFlags).dirs.controlSocket);
    const { path } = await client.logFile(asked);
    if (!existsSync(path)) throw new CommandError(`cannot read the log of ${asked.pod}: ${path} is not there (yet)`);
    using file = new LogFile(path, wholeNumber(args, 'tail'));
    const timestamps = args.switches.has('timestamps');
    await printLines(file, timestamps);
    if (follow) await followFile(file, { path, timestamps, isRunning: () => isRunning(client, asked, path) });
    return 0;
  },
};

interface Following {
  readonly path: string;
  readonly timestamps: boolean;
  readonly isRunning: () => Promise<boolean>;
}

/** Prints what comes until the container has ended and all of its log was printed. */
async function followFile(file: LogFile, following: Following): Promise<void> {
  let wake: () => void = () => undefined;
  const watcher = watch(dirname(following.path), () => wake());
  try {
    for (let running = true; running; ) {
      const changed = new Promise<boolean>((resolve) => {
        wake = () => resolve(true);
        setTimeout(() => resolve(false), askEvery);
      });
      const told = await changed;
      // Asked before the rest is read: what was written before the end is then in it.
      if (!told) running = await following.isRunning();
      await printLines(file, following.timestamps);
    }
  } finally {
    watcher.close();
  }
}

// How long after the last line the end of a container is noticed.
const askEvery = 500;

async function isRunning(client: AgentClient, asked: Asked, path: string): Promise<boolean> {
  try {
    const now = await client.logFile(asked);
    return now.running && now.path === path;
  } catch (error) {
    // The pod is gone, or nodelet is: nothing will tell us of the container any more.
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function printLines(file: LogFile, timestamps: boolean): Promise<void> {
  let text = '';
  for (const line of file.lines()) {
    const record = parseLogRecord(line);
    if (record === undefined) text += `${line}\n`;
    else text += `${timestamps ? `${record.time} ` : ''}${logText(record)}`;
    if (text.length > printAtOnce) {
      await print(text);
      text = '';
    }
  }
  if (text !== '') await print(text);
}

const printAtOnce = 64 * 1024;
