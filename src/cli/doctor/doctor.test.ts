import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { reportLines } from '../doctor.ts';
import { fault, ok, warning } from './finding.ts';
import { overlaps, parseNetwork } from './network.ts';

suite('reportLines()', () => {
  test('is a table with a remedy below each finding that needs one, and the counts', () => {
    const findings = [
      ok('kernel', '6.18'),
      warning('rights', 'no CAP_SYS_RESOURCE', 'nothing to do'),
      fault('runtime', 'missing: runc', 'install it'),
    ];
    assert.deepEqual(reportLines(findings), [
      'ok       kernel   6.18',
      'warning  rights   no CAP_SYS_RESOURCE',
      '         > nothing to do',
      'FAULT    runtime  missing: runc',
      '         > install it',
      '',
      '1 faults, 1 warnings',
    ]);
  });
});

suite('overlaps()', () => {
  for (const [one, other, expected] of [
    ['10.88.0.0/16', '10.88.3.0/24', true],
    ['10.88.3.0/24', '10.88.0.0/16', true],
    ['10.88.0.0/16', '10.89.0.0/16', false],
    ['10.0.0.0/8', '10.88.0.0/16', true],
    ['192.168.1.0/24', '192.168.1.128/25', true],
    ['192.168.1.0/25', '192.168.1.128/25', false],
    ['0.0.0.0/0', '10.88.0.0/16', false],
  ] as const) {
    test(`${one} and ${other} ${expected ? 'share addresses' : 'share none'}`, () => {
      const networks = [parseNetwork(one), parseNetwork(other)];
      assert.ok(networks[0] !== undefined && networks[1] !== undefined);
      assert.equal(overlaps(networks[0], networks[1]), expected);
    });
  }

  test('only IPv4 networks are read', () => {
    assert.equal(parseNetwork('fd00::/64'), undefined);
    assert.equal(parseNetwork('10.0.0.0'), undefined);
  });
});
