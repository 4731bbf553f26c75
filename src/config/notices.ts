import type { Command } from './defaults.ts';
import { isEmbedded } from './defaults.ts';
import { effectAt } from './effects.ts';
import { actingGates } from './gates.ts';
import { type Located, originsOf, plain } from './located.ts';
import { originText } from './origin.ts';
import type { Values } from './values.ts';

/** One line for each thing that a person set and that has no effect: start-up prints them. */
export function noticesOf(values: Values, command: Command): readonly string[] {
  const lines: string[] = [];
  for (const [path, value] of values.entries()) {
    if (!values.isSet(path)) continue;
    const reason = reasonOf(path, value) ?? foreignNetwork(path, values, command);
    if (reason !== undefined) lines.push(line(value, path, reason));
    if (path === 'featureGates' && value.kind === 'map') lines.push(...gateNotices(value.entries));
  }
  return lines;
}

function line(value: Located, path: string, reason: string): string {
  const origins = originsOf(value).join(', ');
  // A flag of its own is its own origin.
  return origins === path ? `${path} has no effect: ${reason}` : `${path} (${origins}) has no effect: ${reason}`;
}

function reasonOf(path: string, value: Located): string | undefined {
  const { effect } = effectAt(path);
  if (effect.kind === 'accepted') return effect.note;
  return effect.kind === 'acts' ? effect.without?.(plain(value)) : undefined;
}

function foreignNetwork(path: string, values: Values, command: Command): string | undefined {
  const isOwn = path === 'podCIDR' || path.startsWith('network.') || path.startsWith('runtime.');
  if (!isOwn || isEmbedded(values, command) || values.plain(path) === '') return undefined;
  return 'the runtime at containerRuntimeEndpoint belongs to somebody else; it has a configuration and a network of its own';
}

function gateNotices(gates: ReadonlyMap<string, Located>): readonly string[] {
  return [...gates]
    .filter(([name]) => !Object.hasOwn(actingGates, name))
    .map(([name, value]) => {
      const path = `featureGates.${name}`;
      return `${path} (${originText(value.from)}) has no effect: nothing in nodelet depends on this gate`;
    });
}
