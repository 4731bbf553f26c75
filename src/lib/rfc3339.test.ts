import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { rfc3339 } from './rfc3339.ts';
import type { WallTime } from './time.ts';

suite('rfc3339()', () => {
  test('gives whole seconds in UTC', () => {
    assert.equal(rfc3339(0 as WallTime), '1970-01-01T00:00:00Z');
    assert.equal(rfc3339(1_709_164_799_999 as WallTime), '2024-02-28T23:59:59Z');
    assert.equal(rfc3339(951_782_400_000 as WallTime), '2000-02-29T00:00:00Z');
  });

  test('agrees with the platform for every moment of years 1 to 9999', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (wall) => {
        const seconds = Math.floor(wall / 1000) * 1000;
        assert.equal(rfc3339(wall as WallTime), new Date(seconds).toISOString().replace('.000Z', 'Z'));
      }),
      { numRuns: 2000 },
    );
  });
});
