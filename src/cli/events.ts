import { readArgs } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, print, UsageError } from './command.ts';
import { eventLines } from './render/events.ts';
import { loadForClient } from './settings.ts';

export const events: Command = {
  usage: 'events [[NAMESPACE/]POD] [-o json]',
  summary: 'list what happened lately: of the node, of its manifests and of its pods, or of one pod',
  details: [
    'The same event is told once and counted. The agent keeps the last thousand in memory; the log has them all.',
    '  -o json   everything that the agent tells',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: { output: { kind: 'value', short: 'o' } }, positionals: ['[POD]'] });
    const format = args.values.get('output') ?? 'table';
    if (format !== 'table' && format !== 'json') throw new UsageError(`-o takes json, got ${JSON.stringify(format)}`);
    const found = await new AgentClient(loadForClient(args.configFlags).dirs.controlSocket).events(args.positionals[0]);
    if (format === 'json') await print(`${JSON.stringify(found, undefined, 2)}\n`);
    else await print(`${eventLines(found, Date.now()).join('\n')}\n`);
    return 0;
  },
};
