import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { none, sourcesIn } from './sources.ts';

const [invariants] = sourcesIn('docs/INVARIANTS.md');
const code = sourcesIn('{src,sim,e2e,scenarios}/**/*.ts');
const number = /\bI\d+\b/g;

/** The numbers that begin a row of the table. */
const documented = new Set([...(invariants?.text ?? '').matchAll(/^\| (I\d+) \|/gm)].map(([, name = '']) => name));
const named = new Map(code.flatMap((file) => [...file.text.matchAll(number)].map(([name]) => [name, file.path])));

suite('docs/INVARIANTS.md', () => {
  test('has invariants, each with its number once', () => {
    const rows = (invariants?.text ?? '').match(/^\| I\d+ \|/gm) ?? [];
    assert.ok(rows.length > 0);
    assert.equal(rows.length, documented.size);
  });

  test('each invariant is named by what holds it: a checker, a property, a test or an assert', () => {
    const missing = [...documented].filter((name) => !named.has(name));
    none(missing.map((name) => `${name}: name it in the test or checker that holds it, or drop its row`));
  });

  test('each number in code has its row', () => {
    const missing = [...named].filter(([name]) => !documented.has(name));
    none(missing.map(([name, path]) => `${path} names ${name}: add its row to docs/INVARIANTS.md, or mend the number`));
  });
});
