import type { Flag } from './flag.ts';
import { defaultOf, effectOf, flags, shortNames, typeOf } from './flags.ts';

/** Every flag, a line each: type, default, and where it has no effect or is refused, why. */
export function flagHelp(): string {
  return flags.map(helpLine).join('\n');
}

function helpLine(flag: Flag): string {
  const type = typeOf(flag);
  const effect = effectOf(flag);
  const short = Object.entries(shortNames).find(([, long]) => long === flag.name)?.[0];
  const name = `${short === undefined ? '    ' : `-${short}, `}--${flag.name}`;
  const value = type.shape === 'switch' ? '' : `=${type.name.replaceAll('\\', '')}`;
  const preset = defaultOf(flag);
  const isPlain =
    preset === undefined ||
    ['', '{}', '[]', 'false'].includes(typeof preset === 'string' ? preset : JSON.stringify(preset));
  const shownDefault = isPlain ? '' : ` (default ${typeof preset === 'string' ? preset : JSON.stringify(preset)})`;
  const state =
    effect.kind === 'acts'
      ? (effect.note ?? '')
      : `${effect.kind === 'refused' ? 'refused' : 'no effect'}: ${effect.note}`;
  return `${`  ${name}${value}`.padEnd(56)}${shownDefault} ${state}`.trimEnd();
}
