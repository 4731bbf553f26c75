import { readArgs } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, print, UsageError } from './command.ts';
import { psLines } from './render/pods.ts';
import { loadForClient } from './settings.ts';

const formats: readonly string[] = ['table', 'wide', 'json'];

export const ps: Command = {
  usage: 'ps [-o wide|json]',
  summary: 'list the pods, what each waits for and why, pulls under way and bad manifests',
  details: ['  -o wide   also containers, sources and UIDs', '  -o json   everything that the agent tells'],
  run: async (argv) => {
    const args = readArgs(argv, { options: { output: { kind: 'value', short: 'o' } }, positionals: [] });
    const format = args.values.get('output') ?? 'table';
    if (!formats.includes(format)) throw new UsageError(`-o takes wide or json, got ${JSON.stringify(format)}`);
    const state = await new AgentClient(loadForClient(args.configFlags).dirs.controlSocket).state();
    if (format === 'json') await print(`${JSON.stringify(state, undefined, 2)}\n`);
    else await print(`${psLines(state, Date.now(), format === 'wide').join('\n')}\n`);
    return 0;
  },
};
