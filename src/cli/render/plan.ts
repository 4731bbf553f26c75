import { waitText, whyText } from '../../core/reason-texts.ts';
import type { Pod } from '../../kube/pod.ts';
import type { Tick } from '../../lib/time.ts';
import { callText } from '../plan/calls.ts';
import type { Imagined } from '../plan/imagine.ts';
import { durationText, oneLine } from './text.ts';

/** The dry run of one pod: what would be called in which order, and why. */
export function planLines(pod: Pod, imagined: Imagined): readonly string[] {
  const { rounds, rest, settled } = imagined;
  const lines = [`pod ${pod.metadata.namespace}/${pod.metadata.name}`];
  let stage = '';
  rounds.forEach((round, at) => {
    if (round.stage !== stage) lines.push('', `${round.stage}`);
    stage = round.stage;
    const when = round.at >= 1000 ? ` (after ${durationText(round.at)})` : '';
    for (const [first, action] of round.actions.entries()) {
      const number = first === 0 ? `${at + 1}.`.padStart(4) : '   +';
      lines.push(`${number} ${oneLine(callText(action))}${first === 0 ? when : ''}`, `       ${whyText(action.why)}`);
    }
  });
  const rests = rest.waits.map((wait) => `     ${waitText(wait, 0 as Tick)}`);
  return [...lines, '', settled ? `${rest.stage}: nothing is left to do` : 'it does not come to rest', ...rests];
}
