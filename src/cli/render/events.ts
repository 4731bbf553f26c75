import type { EventRow } from '../../server/view.ts';
import { ageText, columns, oneLine } from './text.ts';

/** The table of `nodelet events`, with the columns of `kubectl get events`; the latest stands last. */
export function eventLines(events: readonly EventRow[], now: number): readonly string[] {
  if (events.length === 0) return ['no events'];
  const rows = events.map((event) => [
    seenText(event, now),
    event.type,
    event.reason,
    event.namespace === '' || event.namespace === 'default' ? event.object : `${event.namespace}/${event.object}`,
    oneLine(event.message),
  ]);
  return columns([['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'], ...rows]);
}

function seenText({ count, first, last }: EventRow, now: number): string {
  return count === 1 ? ageText(last, now) : `${ageText(last, now)} (x${count} over ${ageText(first, now)})`;
}
