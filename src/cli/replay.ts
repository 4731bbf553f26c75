import { readFileSync } from 'node:fs';
import { type Replay, replayJournal } from '../agent/replay.ts';
import { readArgs } from './args.ts';
import { type Command, CommandError, print } from './command.ts';

export const replay: Command = {
  usage: 'replay JOURNAL…',
  summary: 'decide again all that a journal of the agent says was decided, and show what comes out otherwise',
  details: [
    'A journal is read in the order of its files: name the older one first.',
    'Exits with 1 when a decision comes out otherwise: this nodelet decides differently than the one that wrote it.',
  ],
  run: async (argv) => {
    const args = readArgs(argv, { options: {}, positionals: ['JOURNAL', '[…]'] });
    const result = replayJournal(linesOf(args.positionals));
    if (result.decisions === 0) {
      throw new CommandError(`cannot replay ${args.positionals.join(' ')}: there is no decision of nodelet in it`);
    }
    await print(`${replayLines(result).join('\n')}\n`);
    return result.differing.length === 0 ? 0 : 1;
  },
};

function* linesOf(paths: readonly string[]): Generator<string> {
  // A journal is bounded; one file of it fits in memory.
  for (const path of paths) yield* readFileSync(path, 'utf8').split('\n');
}

/** The differences, each with what was decided and what would be now, and the counts. */
export function replayLines(result: Replay): readonly string[] {
  const differing = result.differing.flatMap((difference) => [
    `line ${difference.line}, pod ${difference.uid}: decided otherwise`,
    `  then: ${JSON.stringify(difference.recorded)}`,
    `  now:  ${JSON.stringify(difference.replayed)}`,
  ]);
  const skipped =
    result.skipped === 0 ? '' : `; ${result.skipped} lines were of no use (cut off, or their pod's beginning is gone)`;
  return [
    ...differing,
    `${result.decisions} decisions: ${result.same} the same, ${result.differing.length} differ${skipped}`,
  ];
}
