import { readArgs } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, UsageError } from './command.ts';
import { loadForClient } from './settings.ts';
import { runRemoteCommand, type Terminal } from './stream/remote-command.ts';

export const exec: Command = {
  usage: 'exec [-i] [-t] [-c CONTAINER] [NAMESPACE/]POD -- COMMAND…',
  summary: 'run a command in a container, and exit with its exit code',
  details: [
    '  -i, --stdin        pass the standard input to it',
    '  -t, --tty          give it a terminal',
    '  -c, --container    which container; otherwise the first one',
    '',
    'Examples:',
    '  nodelet exec web -- ls /',
    '  nodelet exec -it web -- sh',
    '  echo hello | nodelet exec -i web -- cat',
  ],
  run: async (argv) => {
    const args = readArgs(argv, {
      options: {
        stdin: { kind: 'switch', short: 'i' },
        tty: { kind: 'switch', short: 't' },
        container: { kind: 'value', short: 'c' },
      },
      positionals: ['POD'],
      rest: 'COMMAND',
    });
    if (args.rest.length === 0) throw new UsageError('the command is missing: put it behind --');
    const container = args.values.get('container');
    const stdin = args.switches.has('stdin');
    const tty = args.switches.has('tty') && (process.stdin.isTTY || !stdin);
    if (args.switches.has('tty') && !tty) process.stderr.write('no terminal: the standard input is none\n');
    const client = new AgentClient(loadForClient(args.configFlags).dirs.controlSocket);
    const url = await client.exec({
      pod: args.positionals[0] ?? '',
      command: args.rest,
      stdin,
      tty,
      ...(container === undefined ? {} : { container }),
    });
    return await run(url, stdin, tty);
  },
};

async function run(url: string, stdin: boolean, tty: boolean): Promise<number> {
  const raw = tty && stdin && process.stdin.isTTY;
  if (raw) process.stdin.setRawMode(true);
  try {
    return await runRemoteCommand({
      url,
      stdout: process.stdout,
      stderr: process.stderr,
      ...(stdin ? { stdin: process.stdin } : {}),
      ...(tty ? { terminal: ownTerminal } : {}),
    });
  } finally {
    if (raw) process.stdin.setRawMode(false);
    // It would keep us here until its writer ends, although nobody reads it any more.
    if (stdin) process.stdin.destroy();
  }
}

const ownTerminal: Terminal = {
  size: () => ({ width: process.stdout.columns ?? 80, height: process.stdout.rows ?? 24 }),
  onResize: (listener) => {
    process.stdout.on('resize', listener);
    return () => process.stdout.off('resize', listener);
  },
};
