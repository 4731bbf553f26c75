import { writeFileSync } from 'node:fs';
import type { Effect, Field } from '../src/config/field.ts';
import { fields } from '../src/config/fields.ts';
import { type Flag, isFieldFlag } from '../src/config/flag.ts';
import { defaultOf, effectOf, flags, typeOf } from '../src/config/flags.ts';
import { actingGates, gates } from '../src/config/gates.ts';
import type { Plain } from '../src/config/located.ts';
import { otherGates } from '../src/config/other-gates.ts';

const words: Readonly<Record<Effect['kind'], string>> = { acts: 'acts', accepted: 'no effect', refused: '**refused**' };

/** The text of docs/PARITY.md: every field, flag and feature gate of the kubelet, and what nodelet does with each. */
export function parityText(): string {
  const kubelet = fields.filter(({ document }) => document === 'KubeletConfiguration');
  const own = fields.filter(({ document }) => document === 'NodeletConfiguration');
  const gateRows = gates.map((gate) => {
    const note = actingGates[gate.name];
    const state = note === undefined ? words.accepted : words.acts;
    return `| ${gate.name} | ${gate.stage} | ${gate.default} | ${gate.locked ? 'yes' : 'no'} | ${state} | ${note ?? ''} |`;
  });
  return `# Parity: what nodelet does with the kubelet's configuration

Made by \`node tools/parity.ts\` from the table in \`src/config\`; a test fails when the two differ.

- **acts**: works as people know it from the kubelet, or as the note says.
- **no effect**: decoded and validated; start-up prints a line when it is set.
- **refused**: anything but the default ends the start with exit code 2, and says what to do instead.

Unknown fields, flags and gates are errors (the kubelet logs unknown fields and goes on). Without \`--config\` the same
safe defaults hold as with it: no anonymous access, authorization by webhook, no read-only port.

| | acts | no effect | refused |
|---|---|---|---|
| fields of KubeletConfiguration | ${counts(kubelet.map(({ effect }) => effect))} |
| flags | ${counts(flags.map(effectOf))} |
| fields of NodeletConfiguration | ${counts(own.map(({ effect }) => effect))} |
| feature gates | ${Object.keys(actingGates).length} | ${gates.length - Object.keys(actingGates).length} | 0 |

## Fields of KubeletConfiguration (\`kubelet.config.k8s.io/v1beta1\`)

${fieldTable(kubelet)}

## Fields of NodeletConfiguration (\`nodelet.dev/v1alpha1\`)

What KubeletConfiguration has no word for. It may stand in the same file, or in a drop-in.

${fieldTable(own)}

## Flags

A flag with a field sets that field, over every file. Flags marked † are deprecated in favour of the field.

| flag | field | type | default | nodelet | note |
|---|---|---|---|---|---|
${flags.map(flagRow).join('\n')}

## Feature gates

A locked gate can only be set to its default; anything else is refused.

| gate | stage | default | locked | nodelet | note |
|---|---|---|---|---|---|
${gateRows.join('\n')}

The ${otherGates.length} gates of the other components of Kubernetes are accepted without effect, so that one list can
serve a whole cluster; \`AllAlpha\` and \`AllBeta\` switch the gates of their stage.
`;
}

function counts(effects: readonly Effect[]): string {
  const kinds: readonly Effect['kind'][] = ['acts', 'accepted', 'refused'];
  return kinds.map((kind) => effects.filter((effect) => effect.kind === kind).length).join(' | ');
}

function fieldTable(rows: readonly Field[]): string {
  return ['| field | type | default | nodelet | note |', '|---|---|---|---|---|', ...rows.map(fieldRow)].join('\n');
}

function fieldRow({ path, type, default: value, effect }: Field): string {
  const items = type.itemFields === undefined ? '' : `; each with ${Object.keys(type.itemFields).join(', ')}`;
  return `| \`${path}\` | ${type.name}${items} | ${shown(value)} | ${words[effect.kind]} | ${effect.note ?? ''} |`;
}

function flagRow(flag: Flag): string {
  const effect = effectOf(flag);
  const name = `\`--${flag.name}\`${flag.deprecated ? ' †' : ''}`;
  const field = isFieldFlag(flag) ? `\`${flag.field}\`` : '';
  return `| ${name} | ${field} | ${typeOf(flag).name} | ${shown(defaultOf(flag))} | ${words[effect.kind]} | ${effect.note ?? ''} |`;
}

function shown(value: Plain | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' ? '' : `\`${text}\``;
}

if (import.meta.main) writeFileSync(new URL('../docs/PARITY.md', import.meta.url), parityText());
