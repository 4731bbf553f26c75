import { readArgs } from './args.ts';
import { AgentClient } from './client.ts';
import { type Command, print } from './command.ts';
import { explainLines } from './render/explain.ts';
import { loadForClient } from './settings.ts';

export const explain: Command = {
  usage: 'explain [NAMESPACE/]POD',
  summary: 'say what a pod is doing, what it waits for, why, since when and until when, and what it did before',
  details: ['  -o json   everything that the agent tells'],
  run: async (argv) => {
    const args = readArgs(argv, { options: { output: { kind: 'value', short: 'o' } }, positionals: ['POD'] });
    const client = new AgentClient(loadForClient(args.configFlags).dirs.controlSocket);
    const explanation = await client.explain(args.positionals[0] ?? '');
    if (args.values.get('output') === 'json') await print(`${JSON.stringify(explanation, undefined, 2)}\n`);
    else await print(`${explainLines(explanation, Date.now()).join('\n')}\n`);
    return 0;
  },
};
