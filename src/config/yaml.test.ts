import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { plain } from './located.ts';
import { originText } from './origin.ts';
import { readYaml } from './yaml.ts';

const inFile = (line: number): { kind: 'file'; file: string; line: number } => ({ kind: 'file', file: 'f', line });

function readOne(text: string): unknown {
  const { documents, errors } = readYaml(text, inFile);
  assert.deepEqual(errors, []);
  assert.equal(documents.length, 1);
  const [document] = documents;
  return document === undefined ? undefined : plain(document);
}

suite('readYaml()', () => {
  const scalars: readonly [text: string, value: unknown][] = [
    ['0644', 420],
    ['0o644', 420],
    ['0x1f', 31],
    ['1_000', 1000],
    ['1:30', '1:30'],
    ['22:22:22.5', '22:22:22.5'],
    ['2001-01-01', '2001-01-01'],
    ['yes', true],
    ['off', false],
    ['~', null],
    ['1e3', 1000],
    ['0.9', 0.9],
    ['10.0.0.1', '10.0.0.1'],
    ['"true"', 'true'],
    ['100Mi', '100Mi'],
  ];
  for (const [text, value] of scalars) {
    test(`reads ${text} as Go does`, () => assert.deepEqual(readOne(`a: ${text}`), { a: value }));
  }

  test('takes a key for the text that was written', () => {
    assert.deepEqual(readOne('on: 1\n2: 3\nnull: 4'), { on: 1, 2: 3, null: 4 });
  });

  test('reads JSON', () => {
    assert.deepEqual(readOne('{"a": [1, "b", {"c": null}]}'), { a: [1, 'b', { c: null }] });
  });

  test('leaves out empty documents, and keeps the lines of the others', () => {
    const { documents } = readYaml('---\n---\n# nothing\n---\na:\n  b: 1\n', inFile);
    assert.equal(documents.length, 1);
    const [document] = documents;
    const inner = document?.kind === 'map' ? document.entries.get('a') : undefined;
    const innermost = inner?.kind === 'map' ? inner.entries.get('b') : undefined;
    assert.equal(inner && originText(inner.from), 'f:5');
    assert.equal(innermost && originText(innermost.from), 'f:6');
  });

  test('resolves aliases, and merges with <<', () => {
    const text = 'base: &base {a: 1, b: 2}\nother:\n  <<: *base\n  b: 3\nsame: *base';
    assert.deepEqual(readOne(text), { base: { a: 1, b: 2 }, other: { a: 1, b: 3 }, same: { a: 1, b: 2 } });
  });

  test('what a map says itself stands over what it merges in, wherever << stands', () => {
    assert.deepEqual(readOne('a: &a {x: 1}\nb: {x: 2, <<: *a}'), { a: { x: 1 }, b: { x: 2 } });
    assert.deepEqual(readOne('a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}'), {
      a: { x: 1 },
      b: { x: 2, y: 2 },
      c: { x: 1, y: 2 },
    });
  });

  const faulty: readonly [name: string, text: string, line: number][] = [
    ['a key given twice', 'a: 1\nb: 2\na: 3', 3],
    ['a map that is never closed', 'a: {b: 1', 1],
    ['a tab for indentation', 'a:\n\tb: 1', 2],
    ['an alias of nothing', 'a: *nothing', 1],
    ['a map as a key', '? {a: 1}\n: 2', 1],
    ['a value that contains itself', 'a: &a [*a]', 1],
  ];
  for (const [name, text, line] of faulty) {
    test(`reports ${name}, with its line`, () => {
      const { documents, errors } = readYaml(text, inFile);
      assert.deepEqual(documents, []);
      assert.equal(errors[0]?.line, line);
      assert.match(errors[0]?.got ?? '', /^text that is none: /);
    });
  }

  test('reports aliases that unfold to millions of values', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    const { errors } = readYaml(lines.join('\n'), inFile);
    assert.match(errors[0]?.got ?? '', /more than 20000 values/);
  });

  test('goes on with the next document after a faulty one', () => {
    const { documents, errors } = readYaml('a: 1\na: 2\n---\nb: 1\n', inFile);
    assert.equal(errors.length, 1);
    assert.deepEqual(documents.map(plain), [{ b: 1 }]);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void readYaml(text, inFile)));
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '&x ',
      '*x',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '<<',
      '|',
      '!t ',
      '%',
      '---\n',
      '? ',
      '#',
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => void readYaml(parts.join(''), inFile)));
  });
});
