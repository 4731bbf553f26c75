import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { expand } from './expand.ts';

const values: Readonly<Record<string, string>> = { A: 'a', B: '$(A)', EMPTY: '', 'with space': 's' };
const lookUp = (name: string): string | undefined => (Object.hasOwn(values, name) ? values[name] : undefined);
const plenty = 1_000_000;

const rows: readonly (readonly [string, string])[] = [
  ['', ''],
  ['plain', 'plain'],
  ['$(A)', 'a'],
  ['x$(A)y$(A)', 'xaya'],
  ['$(B)', '$(A)'],
  ['$(EMPTY)!', '!'],
  ['$(NONE)', '$(NONE)'],
  ['$(with space)', 's'],
  ['$$', '$'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$a'],
  ['$$$$(A)', '$$(A)'],
  ['$', '$'],
  ['a$', 'a$'],
  ['$A', '$A'],
  ['$(A', '$(A'],
  ['$($$', '$($'],
  ['$(A$(A)', '$(A$(A)'],
  ['$()', '$()'],
  ['$)$(A)', '$)a'],
  ['é$(A)😀', 'éa😀'],
];

suite('expand()', () => {
  for (const [text, expected] of rows) {
    test(`makes ${JSON.stringify(text)} ${JSON.stringify(expected)}`, () => {
      assert.equal(expand(text, lookUp, plenty), expected);
    });
  }

  test('takes any text, and leaves one without "$" alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'B', 'x') }), (text) => {
        const expanded = expand(text, lookUp, plenty);
        assert.ok(expanded !== undefined);
        if (!text.includes('$')) assert.equal(expanded, text);
      }),
      { numRuns: 1000 },
    );
  });

  test('gives up on what would be longer than the limit', () => {
    assert.equal(
      expand('$(L)$(L)', () => 'x'.repeat(60), 100),
      undefined,
    );
    assert.equal(expand('$(L)', () => 'x'.repeat(100), 100)?.length, 100);
    assert.equal(expand('x'.repeat(101), lookUp, 100), undefined);
  });

  test('is linear: a megabyte of openings without an end asks for no name and is through at once', () => {
    const text = '$('.repeat(500_000);
    let asked = 0;
    const before = process.cpuUsage().user;
    const expanded = expand(
      text,
      () => {
        asked += 1;
        return undefined;
      },
      2 * plenty,
    );
    const spent = (process.cpuUsage().user - before) / 1000;
    assert.equal(expanded, text);
    assert.equal(asked, 0);
    // A squared walk over it takes minutes; this bound is far from both.
    assert.ok(spent < 2_000, `took ${spent} ms`);
  });
});
