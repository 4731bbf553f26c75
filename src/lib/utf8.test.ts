import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { clipUtf8, decodeUtf8, utf8Length } from './utf8.ts';

suite('UTF-8', () => {
  test('decodeUtf8() gives back every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(
          decodeUtf8(new TextEncoder().encode(text)),
          new TextDecoder().decode(new TextEncoder().encode(text)),
        );
      }),
    );
  });

  test('decodeUtf8() takes any bytes, and valid ones as the platform does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = decodeUtf8(bytes);
        let expected: string | undefined;
        try {
          expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        } catch {
          assert.ok(text.includes('\ufffd'));
        }
        if (expected !== undefined) assert.equal(text, expected);
      }),
      { numRuns: 500 },
    );
  });

  test('utf8Length() counts what the platform writes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }), (units) => {
        const text = String.fromCharCode(...units);
        assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
      }),
      { numRuns: 500 },
    );
  });

  test('clipUtf8() cuts between characters and never passes the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, bytes) => {
        const clipped = clipUtf8(text, bytes);
        assert.ok(text.startsWith(clipped));
        assert.ok(utf8Length(clipped) <= bytes);
        if (utf8Length(text) <= bytes) assert.equal(clipped, text);
      }),
    );
    assert.equal(clipUtf8('aé€😀', 6), 'aé€');
    assert.equal(clipUtf8('aé€😀', 9), 'aé€');
  });
});
