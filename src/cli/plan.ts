import { nodeView } from '../agent/node/node-view.ts';
import { resolve } from '../agent/pod/resolve.ts';
import { nodeName } from '../config/config.ts';
import { admit } from '../core/node/admit.ts';
import type { WallTime } from '../lib/time.ts';
import { readManifests } from '../wire-manifests.ts';
import { readArgs } from './args.ts';
import { type Command, CommandError, complain, print } from './command.ts';
import { machineFacts } from './plan/facts.ts';
import { imagine } from './plan/imagine.ts';
import { planLines } from './render/plan.ts';
import { problemLines } from './render/pods.ts';
import { load } from './settings.ts';

export const plan: Command = {
  usage: 'plan FILE…',
  summary: 'say which runtime calls the pods of a file would cause, in which order and why, without running anything',
  details: [
    'The same planner as the agent, in a world in which everything succeeds at once: no image is there before it is',
    'pulled, init containers end with 0, and main containers run on. Steps with a + go on beside the one before.',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: {}, positionals: ['FILE', '[…]'] });
    const { config } = load(argv, 'up');
    const facts = machineFacts();
    const name = nodeName(config.node, facts.hostname);
    const snapshot = await readManifests(args.positionals, name, new AbortController().signal);
    for (const line of problemLines(snapshot.problems.map((problem) => ({ ...problem, since: '' })))) complain(line);
    const wanted = [...resolve([snapshot]).values()];
    if (wanted.length === 0) {
      const why = snapshot.problems.length > 0 ? 'it cannot be read as pods' : 'there is no pod in it';
      throw new CommandError(`cannot plan ${args.positionals.join(' ')}: ${why}`);
    }
    const node = nodeView(config, facts, 'containerd');
    for (const want of wanted) {
      const admission = admit(want.pod, [], node);
      const imagined = imagine({ want, node, admission, wall: Date.now() as WallTime });
      await print(`${planLines(want.pod, imagined).join('\n')}\n\n`);
    }
    return snapshot.problems.some((problem) => !problem.warning) ? 1 : 0;
  },
};
