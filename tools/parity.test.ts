import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { fields } from '../src/config/fields.ts';
import { flags } from '../src/config/flags.ts';
import { gates } from '../src/config/gates.ts';
import { parityText } from './parity.ts';

function namesIn(file: string): readonly string[] {
  return readFileSync(new URL(`upstream-names/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

/** Every name that the table makes a field, a section or a part of an item. */
function fieldNames(): ReadonlySet<string> {
  const names = new Set(['apiVersion', 'kind']);
  for (const { document, path, type } of fields) {
    if (document !== 'KubeletConfiguration') continue;
    const keys = path.split('.');
    for (let end = 1; end <= keys.length; end++) names.add(keys.slice(0, end).join('.'));
    for (const key of Object.keys(type.itemFields ?? {})) names.add(`${path}[].${key}`);
  }
  return names;
}

suite('parity', () => {
  test('docs/PARITY.md is what the table gives; after a change run: node tools/parity.ts', () => {
    assert.equal(readFileSync(new URL('../docs/PARITY.md', import.meta.url), 'utf8'), parityText());
  });

  test('every field of the kubelet is in the table, and no other', () => {
    assert.deepEqual([...fieldNames()].sort(), [...namesIn('config-fields.txt')].sort());
  });

  test('every flag of the kubelet is in the table; what is more is historic or ours', () => {
    const names = new Set(flags.map(({ name }) => `--${name}`));
    const upstream = new Set(namesIn('flags.txt'));
    assert.deepEqual(
      [...upstream].filter((name) => !names.has(name)),
      [],
    );
    const more = [...names].filter((name) => !upstream.has(name));
    assert.deepEqual(more.sort(), ['--cni-bin-dir', '--cni-conf-dir', '--network-plugin', '--run-dir']);
  });

  test('every feature gate of the kubelet is in the table, and no other', () => {
    assert.deepEqual(gates.map(({ name }) => name).sort(), [...namesIn('feature-gates.txt')].sort());
  });
});
