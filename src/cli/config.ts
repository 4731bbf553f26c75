import { renderConfig } from '../config/render.ts';
import { readArgs } from './args.ts';
import { type Command, complain, print } from './command.ts';
import { load } from './settings.ts';

export const config: Command = {
  usage: 'config [FLAGS] [DIR…]',
  summary: 'print the effective configuration, and where each value came from',
  details: [
    'With DIR: as `nodelet up FLAGS DIR…` would run; without: as `nodelet run FLAGS`.',
    'What was set and has no effect is said on the standard error.',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: {}, positionals: ['[DIR…]'] });
    const loaded = load(argv, args.positionals.length > 0 ? 'up' : 'run');
    for (const notice of loaded.notices) complain(notice);
    await print(renderConfig(loaded.config, loaded.origins));
    return 0;
  },
};
