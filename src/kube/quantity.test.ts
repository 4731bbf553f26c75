import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatBytes, formatMilli, quantityMilli, quantityValue } from './quantity.ts';

const cap = 2 ** 63;

const amounts: readonly [text: string, value: number, milli: number][] = [
  ['0', 0, 0],
  ['1', 1, 1000],
  ['+3', 3, 3000],
  ['-5', -5, -5000],
  ['100m', 1, 100],
  ['1m', 1, 1],
  ['1500m', 2, 1500],
  ['-1500m', -2, -1500],
  ['.5', 1, 500],
  ['0.5', 1, 500],
  ['5.', 5, 5000],
  ['0.1', 1, 100],
  ['0.3', 1, 300],
  ['1n', 1, 1],
  ['1u', 1, 1],
  ['1k', 1000, 1_000_000],
  ['1M', 1_000_000, 1_000_000_000],
  ['1Ki', 1024, 1_024_000],
  ['64Mi', 67_108_864, 67_108_864_000],
  ['1.5Gi', 1_610_612_736, 1_610_612_736_000],
  ['0.1Gi', 107_374_183, 107_374_182_400],
  ['1e3', 1000, 1_000_000],
  ['1E3', 1000, 1_000_000],
  ['1.5e3', 1500, 1_500_000],
  ['1e-3', 1, 1],
  ['12e-1', 2, 1200],
  ['1E', 1e18, cap],
  ['1Ei', 2 ** 60, cap],
  ['100E', cap, cap],
  ['1e999999999', cap, cap],
  ['1e-999999999', 1, 1],
  ['0e999999999', 0, 0],
];

suite('quantity', () => {
  for (const [text, value, milli] of amounts) {
    test(`quantityValue() and quantityMilli() read ${text}`, () => {
      assert.equal(quantityValue(text), value);
      assert.equal(quantityMilli(text), milli);
    });
  }

  const wrong = [
    '',
    ' ',
    '1 ',
    ' 1',
    '.',
    '-',
    '1.2.3',
    'Mi',
    '1mi',
    '1ki',
    '1K',
    '1MiB',
    '1e',
    '1ee3',
    '--1',
    'NaN',
    'Infinity',
    '1_000',
    '1,5',
    '0x10',
    '1constructor',
    '1Kii',
  ];
  for (const text of wrong) {
    test(`quantityValue() does not read ${JSON.stringify(text)}`, () => {
      assert.equal(quantityValue(text), undefined);
      assert.equal(quantityMilli(text), undefined);
    });
  }

  const bytes: readonly [bytes: number, text: string][] = [
    [0, '0'],
    [1, '1'],
    [1023, '1023'],
    [1024, '1Ki'],
    [1536, '1536'],
    [64 * 2 ** 20, '64Mi'],
    [2 ** 60, '1Ei'],
    [-2048, '-2Ki'],
  ];
  for (const [amount, text] of bytes) {
    test(`formatBytes() writes ${amount} as ${text}`, () => {
      assert.equal(formatBytes(amount), text);
    });
  }

  test('formatMilli() writes whole cores without a suffix', () => {
    assert.deepEqual([0, 100, 1000, 1500, 4000].map(formatMilli), ['0', '100m', '1', '1500m', '4']);
  });

  test('quantityValue() reads back what formatBytes() wrote', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (amount) => quantityValue(formatBytes(amount)) === amount));
  });

  test('quantityMilli() reads back what formatMilli() wrote', () => {
    const amount = fc.integer({ min: 0, max: 2 ** 45 });
    fc.assert(fc.property(amount, (milli) => quantityMilli(formatMilli(milli)) === milli));
  });

  test('quantityValue() never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        quantityValue(text);
        quantityMilli(text);
      }),
    );
  });
});
