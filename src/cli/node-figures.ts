import { readArgs } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, print, UsageError } from './command.ts';
import { nodeLines } from './render/node.ts';
import { loadForClient } from './settings.ts';

export const node: Command = {
  usage: 'node [-o json]',
  summary:
    'show the node: who it is, whether it is ready and why not, what it has, what pods may have and what is used',
  details: [
    'The figures are read when asked, the CPU and the network over a fifth of a second.',
    '  -o json   everything that the agent tells: CPU in thousandths of a core, the rest in bytes',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: { output: { kind: 'value', short: 'o' } }, positionals: [] });
    const format = args.values.get('output') ?? 'table';
    if (format !== 'table' && format !== 'json') throw new UsageError(`-o takes json, got ${JSON.stringify(format)}`);
    const figures = await new AgentClient(loadForClient(args.configFlags).dirs.controlSocket).node();
    if (format === 'json') await print(`${JSON.stringify(figures, undefined, 2)}\n`);
    else await print(`${nodeLines(figures, Date.now()).join('\n')}\n`);
    return 0;
  },
};
