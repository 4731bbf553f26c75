import { askedFor } from '../config/parse-flags.ts';
import { aborted } from '../lib/scope.ts';
import { type Command, complain } from './command.ts';
import { createLogger } from './log.ts';
import { runNode, shutdownSignal } from './node.ts';
import { load } from './settings.ts';
import { version } from './version.ts';

export const run: Command = {
  usage: 'run [FLAGS]',
  summary: "run the node agent as a service, with the kubelet's flags and configuration",
  details: [
    'Also when the first word is a flag: `nodelet --config FILE --container-runtime-endpoint unix:///…`.',
    '`nodelet config FLAGS` prints what they come to; docs/PARITY.md has a row for each flag.',
  ],
  run: async (argv) => {
    if (askedFor(argv) === 'version') return await version.run([]);
    const { config, notices } = load(argv, 'run');
    const logger = createLogger(config.logging, complain);
    for (const notice of notices) logger.warn(notice);
    await runNode(
      { config, logger, show: (_, signal) => aborted(signal) },
      shutdownSignal((line) => logger.info(line)),
    );
    return 0;
  },
};
