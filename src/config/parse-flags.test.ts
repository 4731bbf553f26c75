import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { flags, pathOf, typeOf } from './flags.ts';
import { flagHelp } from './help.ts';
import { type Plain, plain } from './located.ts';
import { askedFor, parseFlags } from './parse-flags.ts';
import type { ConfigError } from './problem.ts';

function parse(...argv: string[]): {
  values: Record<string, Plain>;
  positionals: readonly string[];
  errors: ConfigError[];
} {
  const errors: ConfigError[] = [];
  const parsed = parseFlags(argv, { report: (error) => errors.push(error), workingDirectory: '/home' });
  const values = Object.fromEntries([...parsed.values].map(([path, value]) => [path, plain(value)]));
  return { values, positionals: parsed.positionals, errors };
}

// A right text for each type of value, and the value that it is.
const byType: Readonly<Record<string, readonly [text: string, value: Plain]>> = {
  bool: ['true', true],
  int: ['2', 2],
  duration: ['90s', '1m30s'],
  string: ['some text', 'some text'],
  path: ['/some/path', '/some/path'],
  cgroup: ['/some/cgroup', '/some/cgroup'],
  quantity: ['1Gi', '1Gi'],
  IP: ['127.0.0.2', '127.0.0.2'],
  IPs: ['10.0.0.1,fd00::1', '10.0.0.1,fd00::1'],
  CIDR: ['10.1.0.0/16', '10.1.0.0/16'],
  endpoint: ['unix:///run/some.sock', 'unix:///run/some.sock'],
  cpuset: ['0-1', '0-1'],
  'node name': ['node-1', 'node-1'],
  '[]IP': ['10.0.0.10,10.0.0.11', ['10.0.0.10', '10.0.0.11']],
  '[]sysctl': ['kernel.msg*,net.core.somaxconn', ['kernel.msg*', 'net.core.somaxconn']],
  '[]cipher suite': ['TLS_AES_128_GCM_SHA256', ['TLS_AES_128_GCM_SHA256']],
  'map of string': ['a=b,c=d', { a: 'b', c: 'd' }],
  'map of quantity': ['cpu=500m,memory=1Gi', { cpu: '500m', memory: '1Gi' }],
  'map of percent': ['memory=50%', { memory: '50%' }],
};

// Where the type alone does not tell a right value.
const byName: Readonly<Record<string, readonly [text: string, value: Plain]>> = {
  'authorization-mode': ['AlwaysAllow', 'AlwaysAllow'],
  'cgroup-driver': ['cgroupfs', 'cgroupfs'],
  'cloud-provider': ['external', 'external'],
  'cpu-cfs-quota-period': ['20ms', '20ms'],
  'cpu-manager-policy': ['static', 'static'],
  'cpu-manager-policy-options': ['full-pcpus-only=true', { 'full-pcpus-only': 'true' }],
  'enforce-node-allocatable': ['pods,kube-reserved', ['pods', 'kube-reserved']],
  'eviction-hard': [
    'memory.available<1Gi,nodefs.available<5%',
    { 'memory.available': '1Gi', 'nodefs.available': '5%' },
  ],
  'eviction-soft': ['memory.available<1Gi', { 'memory.available': '1Gi' }],
  'eviction-soft-grace-period': ['memory.available=90s', { 'memory.available': '1m30s' }],
  'eviction-minimum-reclaim': ['memory.available=0Mi', { 'memory.available': '0Mi' }],
  'feature-gates': ['NodeSwap=true,AllAlpha=false', { NodeSwap: true, AllAlpha: false }],
  'hairpin-mode': ['none', 'none'],
  'logging-format': ['json', 'json'],
  'manifest-url-header': ['X-A:b,X-C:d', { 'X-A': ['b'], 'X-C': ['d'] }],
  'memory-manager-policy': ['Static', 'Static'],
  'network-plugin': ['cni', 'cni'],
  'register-with-taints': [
    'a=b:NoSchedule,c:NoExecute',
    [
      { key: 'a', value: 'b', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ],
  ],
  'reserved-memory': [
    '0:memory=1Gi,hugepages-1M=2Gi;1:memory=2Gi',
    [
      { numaNode: 0, limits: { memory: '1Gi', 'hugepages-1M': '2Gi' } },
      { numaNode: 1, limits: { memory: '2Gi' } },
    ],
  ],
  'tls-min-version': ['VersionTLS13', 'VersionTLS13'],
  'topology-manager-policy': ['restricted', 'restricted'],
  'topology-manager-policy-options': ['prefer-closest-numa-nodes=true', { 'prefer-closest-numa-nodes': 'true' }],
  'topology-manager-scope': ['pod', 'pod'],
  version: ['raw', 'raw'],
  vmodule: ['a*=3', [{ filePattern: 'a*', verbosity: 3 }]],
};

suite('parseFlags()', () => {
  for (const flag of flags) {
    const sample = byName[flag.name] ?? byType[typeOf(flag).name];
    test(`decodes --${flag.name}, with = and without`, () => {
      assert.ok(sample !== undefined, `no sample of type ${typeOf(flag).name}`);
      const [text, value] = sample;
      const expected = { values: { [pathOf(flag)]: value }, positionals: [], errors: [] };
      assert.deepEqual(parse(`--${flag.name}=${text}`), expected);
      assert.deepEqual(parse(`--${flag.name.replaceAll('-', '_')}=${text}`), expected);
      if (typeOf(flag).shape !== 'switch') assert.deepEqual(parse(`--${flag.name}`, text), expected);
    });
  }

  test('every flag has a line of help', () => {
    assert.equal(flagHelp().split('\n').length, flags.length);
  });

  const cases: readonly [name: string, argv: readonly string[], values: Record<string, Plain>][] = [
    ['a switch alone is true', ['--fail-swap-on', '--port', '1'], { failSwapOn: true, port: 1 }],
    ['a switch with a value', ['--fail-swap-on=false'], { failSwapOn: false }],
    ['a negative number behind a space', ['--pod-max-pids', '-1'], { podPidsLimit: -1 }],
    ['-v 4', ['-v', '4'], { 'logging.verbosity': 4 }],
    ['-v=4', ['-v=4'], { 'logging.verbosity': 4 }],
    ['-v4', ['-v4'], { 'logging.verbosity': 4 }],
    ['the last of several', ['--max-pods=1', '--max-pods=2'], { maxPods: 2 }],
    [
      'a list given several times',
      ['--cluster-dns=10.0.0.1', '--cluster-dns', '10.0.0.2'],
      { clusterDNS: ['10.0.0.1', '10.0.0.2'] },
    ],
    [
      'a map given several times',
      ['--kube-reserved=cpu=1,memory=1Gi', '--kube-reserved=cpu=2'],
      { kubeReserved: { cpu: '2', memory: '1Gi' } },
    ],
    ['an empty value', ['--cluster-domain='], { clusterDomain: '' }],
    ['a value with = in it', ['--cluster-domain=a=b'], { clusterDomain: 'a=b' }],
    ['--version alone', ['--version'], { '--version': 'true' }],
  ];
  for (const [name, argv, values] of cases) {
    test(`takes ${name}`, () => assert.deepEqual(parse(...argv), { values, positionals: [], errors: [] }));
  }

  const faults: readonly [argv: readonly string[], path: string, suggestion?: string][] = [
    [['--max-pod=1'], '--max-pod', '--max-pods'],
    [['--pod-manifest-pth=/x'], '--pod-manifest-pth', '--pod-manifest-path'],
    [['-x'], '-x'],
    [['--max-pods'], '--max-pods'],
    [['--max-pods='], '--max-pods'],
    [['--max-pods=many'], '--max-pods'],
    [['--max-pods=-1'], '--max-pods'],
    [['--fail-swap-on=maybe'], '--fail-swap-on'],
    [['--node-ip=10.0.0.1,10.0.0.2'], '--node-ip'],
    [['--hostname-override=a_b'], '--hostname-override'],
    [['--eviction-hard=memory.available=1Gi'], '--eviction-hard'],
    [['--eviction-hard=memory.avail<1Gi'], '--eviction-hard', 'memory.available'],
    [['--feature-gates=NoSuchGateAnywhere=true'], '--feature-gates'],
    [['--network-plugin=kubenet'], '--network-plugin'],
    [['--cgroup-driver=systemd'], '--cgroup-driver'],
  ];
  for (const [argv, path, suggestion] of faults) {
    test(`reports ${argv.join(' ')}`, () => {
      const { errors } = parse(...argv);
      assert.deepEqual(
        errors.map((error) => [error.path, error.suggestion]),
        [[path, suggestion]],
      );
    });
  }

  test('gives back what is no flag', () => {
    assert.deepEqual(parse('a', '--max-pods', '3', 'b', '--', '--c').positionals, ['a', 'b', '--c']);
  });

  test('askedFor() sees help and version anywhere', () => {
    const asked = [['--help'], ['-h'], ['--max-pods=x', '--version'], ['--version=false'], ['--port=1'], []];
    assert.deepEqual(asked.map(askedFor), ['help', 'help', 'version', undefined, undefined, undefined]);
  });

  test('never throws', () => {
    const name = fc.constantFrom(...flags.map((flag) => `--${flag.name}`), '-v', '-h', '--', '--x', '-');
    const argument = fc.oneof(
      name,
      fc.string(),
      fc.tuple(name, fc.string()).map(([flag, text]) => `${flag}=${text}`),
    );
    fc.assert(fc.property(fc.array(argument, { maxLength: 8 }), (argv) => void parse(...argv)));
  });
});
