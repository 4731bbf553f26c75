import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { milliseconds } from '../lib/time.ts';
import { formatDuration, parseDuration } from './duration.ts';

const durations: readonly [text: string, wait: number, canonical: string][] = [
  ['0', 0, '0s'],
  ['0s', 0, '0s'],
  ['-0s', 0, '0s'],
  ['20s', 20_000, '20s'],
  ['1m', 60_000, '1m0s'],
  ['2m0s', 120_000, '2m0s'],
  ['1h30m', 5_400_000, '1h30m0s'],
  ['4h', 14_400_000, '4h0m0s'],
  ['100ms', 100, '100ms'],
  ['1.5s', 1500, '1.5s'],
  ['.5s', 500, '500ms'],
  ['1.s', 1000, '1s'],
  ['100us', 0.1, '100µs'],
  ['100µs', 0.1, '100µs'],
  ['100μs', 0.1, '100µs'],
  ['1ns', 0.000001, '1ns'],
  ['-1m30s', -90_000, '-1m30s'],
  ['+5s', 5000, '5s'],
  ['1h0.5s', 3_600_500, '1h0m0.5s'],
];

suite('duration', () => {
  for (const [text, wait, canonical] of durations) {
    test(`parseDuration() reads ${text}, and formatDuration() writes it as ${canonical}`, () => {
      assert.equal(parseDuration(text), wait);
      assert.equal(formatDuration(milliseconds(wait)), canonical);
    });
  }

  for (const text of [
    '',
    ' ',
    '5',
    '5 s',
    's',
    '.s',
    '1d',
    '1h 30m',
    '--1s',
    '1s-',
    '1e3s',
    '1S',
    '9999999999999h',
    '1m2',
  ]) {
    test(`parseDuration() does not read ${JSON.stringify(text)}`, () => {
      assert.equal(parseDuration(text), undefined);
    });
  }

  test('parseDuration() reads back what formatDuration() wrote', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), (wait) => {
        assert.equal(parseDuration(formatDuration(milliseconds(wait))), wait);
      }),
    );
  });

  test('parseDuration() never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
  });
});
