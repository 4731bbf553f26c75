import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatConfigError, nearest, problemAt, shown } from './problem.ts';

suite('problem', () => {
  const names = ['maxPods', 'podsPerCore', 'node-ip', 'NodeSwap', 'format'];
  const slips: readonly [typed: string, meant: string | undefined][] = [
    ['maxPod', 'maxPods'],
    ['maxpods', 'maxPods'],
    ['maxPdos', 'maxPods'],
    ['podPerCore', 'podsPerCore'],
    ['nod-ip', 'node-ip'],
    ['NodeSwapp', 'NodeSwap'],
    ['frmat', 'format'],
    ['somethingElse', undefined],
    ['x', undefined],
    ['', undefined],
    ['maxPods'.repeat(1000), undefined],
  ];
  for (const [typed, meant] of slips) {
    test(`nearest() takes ${JSON.stringify(typed.slice(0, 20))} for ${meant}`, () => {
      assert.equal(nearest(typed, names), meant);
    });
  }

  test('nearest() finds a name by itself', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 40 }), (name) => nearest(name, [name]) === name));
  });

  test('formatConfigError() names file, line, path, what was expected and the nearest name', () => {
    const fault = { path: 'maxPod', expected: 'a field', got: 'an unknown field', suggestion: 'maxPods' };
    const error = problemAt({ kind: 'file', file: 'k.yaml', line: 3 }, fault);
    assert.equal(
      formatConfigError(error),
      'k.yaml:3: maxPod: expected a field, got an unknown field; did you mean maxPods?',
    );
  });

  test('formatConfigError() names the flag where a flag is at fault', () => {
    const error = problemAt({ kind: 'flag', flag: '--port' }, { path: 'port', expected: 'a number', got: '"x"' });
    assert.equal(formatConfigError(error), '--port: expected a number, got "x"');
  });

  test('shown() cuts long values', () => {
    assert.equal(shown('x'.repeat(500)).length, 81);
  });
});
