import type { EventText } from '../../core/reason-texts.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Events } from '../events.ts';

/** Adds an event about the node. `of` names what of the node it is about, and has a rate of its own. */
export type TellOfNode = (of: string, text: EventText) => void;

/** Events about the node itself: its start, its runtime, its sources. */
export function tellOfNode(events: Events, clock: Clock): TellOfNode {
  return (of, text) => {
    // The name is not known before the machine and the runtime were asked; who shows an event knows it.
    const node = { kind: 'Node', uid: of, namespace: '', name: '' } as const;
    events.add(node, text, { now: clock.now(), wall: clock.wall() });
  };
}
