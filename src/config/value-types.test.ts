import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { list, mapOf, struct } from './composite-types.ts';
import {
  absolutePath,
  amountOrPercent,
  cgroup,
  cidr,
  cidrs,
  cleanPath,
  cpuSet,
  duration,
  durationOrNanoseconds,
  endpoint,
  ip,
  path,
  percent,
  quantity,
  quantityOrNumber,
} from './kube-types.ts';
import { locate, type Plain, plain } from './located.ts';
import type { Origin } from './origin.ts';
import type { ConfigError } from './problem.ts';
import { bool, float, int, oneOf, text, type ValueType } from './value-type.ts';

const inFile: Origin = { kind: 'file', file: '/etc/kubernetes/kubelet.yaml', line: 1 };
const inFlag: Origin = { kind: 'flag', flag: '--some' };

function read(type: ValueType, raw: Plain, from: Origin = inFile): { value: Plain | undefined; errors: ConfigError[] } {
  const errors: ConfigError[] = [];
  const reading = { report: (error: ConfigError) => errors.push(error), workingDirectory: '/home' };
  const value = type.read(locate(raw, from), 'path', reading);
  return { value: value === undefined ? undefined : plain(value), errors };
}

const structure = struct({ name: text, size: int({ min: 1 }) }, { name: 'Thing', required: ['name'] });

const right: readonly [name: string, type: ValueType, raw: Plain, value: Plain][] = [
  ['bool', bool, true, true],
  ['int', int(), -5, -5],
  ['int in its range', int({ min: 1, max: 3 }), 3, 3],
  ['float', float({ min: 0, max: 1, expected: '' }), 0.5, 0.5],
  ['text', text, 'x', 'x'],
  ['oneOf', oneOf(['a', 'b']), 'b', 'b'],
  ['duration', duration(), '90s', '1m30s'],
  ['duration at its minimum', duration({ min: '3s' }), '3s', '3s'],
  ['duration switched off', duration({ min: '1s', off: 'off' }), '0', '0s'],
  ['negative duration', duration({ negative: true }), '-1s', '-1s'],
  ['duration in nanoseconds', durationOrNanoseconds, 5_000_000_000, '5s'],
  ['duration where nanoseconds are allowed', durationOrNanoseconds, '5s', '5s'],
  ['quantity', quantity, '64Mi', '64Mi'],
  ['quantity as number', quantityOrNumber, 64, '64'],
  ['amount', amountOrPercent, '100Mi', '100Mi'],
  ['percentage', amountOrPercent, '10%', '10%'],
  ['fraction of a percent', amountOrPercent, '0.5%', '0.5%'],
  ['percent', percent, '100%', '100%'],
  ['relative path in a file', path, 'pki/ca.crt', '/etc/kubernetes/pki/ca.crt'],
  ['absolute path', path, '/a/b', '/a/b'],
  ['empty path', path, '', ''],
  ['clean path', cleanPath, '/var/log/pods', '/var/log/pods'],
  ['absolutePath', absolutePath, '/a/../b', '/a/../b'],
  ['IPv4', ip, '10.0.0.1', '10.0.0.1'],
  ['IPv6', ip, 'fd00::1', 'fd00::1'],
  ['CIDR', cidr, '10.88.0.0/16', '10.88.0.0/16'],
  ['CIDR of IPv6', cidr, 'fd00::/64', 'fd00::/64'],
  ['two CIDRs', cidrs, '10.88.0.0/16,fd00::/64', '10.88.0.0/16,fd00::/64'],
  ['endpoint', endpoint, 'unix:///run/x.sock', 'unix:///run/x.sock'],
  ['endpoint without a scheme', endpoint, '/run/x.sock', 'unix:///run/x.sock'],
  ['cpuSet', cpuSet, '0-3,8', '0-3,8'],
  ['cgroup', cgroup, '/a/b', '/a/b'],
  ['cgroup without a slash', cgroup, 'a/b/', '/a/b'],
  ['root cgroup', cgroup, '/', ''],
  ['list', list(int()), [1, 2], [1, 2]],
  ['map', mapOf(bool), { a: true }, { a: true }],
  ['struct', structure, { name: 'x', size: 2 }, { name: 'x', size: 2 }],
];

const wrong: readonly [name: string, type: ValueType, raw: Plain, suggestion?: string][] = [
  ['text for bool', bool, 'true', 'true'],
  ['number for bool', bool, 1],
  ['null for bool', bool, null],
  ['list for bool', bool, [true]],
  ['text for int', int(), '5', '5'],
  ['fraction for int', int(), 1.5],
  ['too small an int', int({ min: 1 }), 0],
  ['too large an int', int({ max: 3 }), 4],
  ['an int of more than 32 bits', int(), 2 ** 31],
  ['number for text', text, 5, '"5"'],
  ['bool for text', text, true, '"true"'],
  ['another word', oneOf(['cgroupfs', 'systemd']), 'cgroupsf', 'cgroupfs'],
  ['a refused word', oneOf(['cgroupfs', 'systemd'], { systemd: 'later' }), 'systemd'],
  ['number for duration', duration(), 20, '"20s"'],
  ['duration without unit', duration(), '20', '"20s"'],
  ['negative duration', duration(), '-1s'],
  ['too short a duration', duration({ min: '3s' }), '2s'],
  ['too long a duration', duration({ max: '1s' }), '2s'],
  ['negative nanoseconds', durationOrNanoseconds, -1],
  ['number for quantity', quantity, 5, '"5"'],
  ['wrong unit', quantity, '10MB', '"10Mi"'],
  ['unit in lower case', quantity, '10gi', '"10Gi"'],
  ['negative quantity', quantity, '-1'],
  ['more than all', amountOrPercent, '101%'],
  ['percent of what is no number', percent, 'x%'],
  ['a path with a zero byte', path, '/a\0b'],
  ['relative path', absolutePath, 'a/b'],
  ['path with ..', cleanPath, '/a/../b'],
  ['path with letters beyond ASCII', cleanPath, '/ä'],
  ['half an IP', ip, '10.0.0'],
  ['IP without length', cidr, '10.0.0.0'],
  ['too long a prefix', cidr, '10.0.0.0/33'],
  ['three CIDRs', cidrs, '10.0.0.0/8,10.0.0.0/8,10.0.0.0/8'],
  ['TCP endpoint', endpoint, 'tcp://localhost:1'],
  ['endpoint with too few slashes', endpoint, 'unix://run/x.sock', 'unix:///run/x.sock'],
  ['backward cpuSet', cpuSet, '3-1'],
  ['cgroup with ..', cgroup, '/a/../b'],
  ['scalar for list', list(int()), 1],
  ['wrong item of a list', list(int()), [1, 'x']],
  ['list for map', mapOf(bool), [true]],
  ['wrong value in a map', mapOf(bool), { a: 1 }],
  ['wrong key in a map', mapOf(bool, { keys: ['alpha', 'beta'] }), { alhpa: true }, 'alpha'],
  ['unknown field of a struct', structure, { name: 'x', siz: 1 }, 'size'],
  ['missing field of a struct', structure, { size: 1 }],
  ['scalar for struct', structure, 'x'],
];

suite('value types', () => {
  for (const [name, type, raw, value] of right) {
    test(`${name}: ${JSON.stringify(raw)} is read as ${JSON.stringify(value)}`, () => {
      assert.deepEqual(read(type, raw), { value, errors: [] });
    });
  }

  for (const [name, type, raw, suggestion] of wrong) {
    test(`${name}: ${JSON.stringify(raw)} is reported once, with what was expected`, () => {
      const { errors } = read(type, raw);
      assert.equal(errors.length, 1);
      assert.notEqual(errors[0]?.expected, '');
      assert.equal(errors[0]?.suggestion, suggestion);
    });
  }

  test('a relative path in a flag is relative to the working directory', () => {
    assert.equal(read(path, 'x', inFlag).value, '/home/x');
  });

  test('a fault in a list or map names the item', () => {
    assert.equal(read(list(int()), [1, 'x']).errors[0]?.path, 'path[1]');
    assert.equal(read(mapOf(bool), { a: 1 }).errors[0]?.path, 'path["a"]');
    assert.equal(read(list(structure), [{ name: 'x', size: 0 }]).errors[0]?.path, 'path[0].size');
  });

  const flagTexts: readonly [type: ValueType, text: string, value: Plain | undefined][] = [
    [bool, 'T', true],
    [bool, '0', false],
    [bool, 'yes', undefined],
    [int(), '-7', -7],
    [int(), '0x10', 16],
    [int(), '7.5', undefined],
    [float({ expected: '' }), '.5', 0.5],
    [list(text), '', []],
    [list(text), 'a, b', ['a', 'b']],
    [list(int()), '1,x', undefined],
    [mapOf(text), '', {}],
    [mapOf(text), 'a=1,b=x=y', { a: '1', b: 'x=y' }],
    [mapOf(text, { between: '<' }), 'memory.available<100Mi', { 'memory.available': '100Mi' }],
    [mapOf(text), 'a', undefined],
    [mapOf(text), '=a', undefined],
    [mapOf(bool), 'A=true,B=0', { A: true, B: false }],
    [mapOf(bool), 'A=maybe', undefined],
    [structure, 'x', undefined],
  ];
  for (const [type, flag, value] of flagTexts) {
    test(`${type.name}: a flag's ${JSON.stringify(flag)} says ${JSON.stringify(value)}`, () => {
      const parsed = type.parse(flag, inFlag);
      assert.deepEqual(parsed === undefined ? undefined : plain(parsed), value);
    });
  }
});
