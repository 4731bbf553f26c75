import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Container, EnvVar } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec, wantedPod } from '../../testing/specs.ts';
import { environment, largestEnvironment, longestVariable } from './env.ts';
import type { Inputs } from './want.ts';

const meta = (name: string) => ({ name, namespace: 'default', uid: name });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const inputs: Inputs = {
  configMaps: {
    settings: {
      kind: 'found',
      version: '1',
      object: {
        kind: 'ConfigMap',
        metadata: meta('settings'),
        data: { COLOR: 'red', SIZE: 'big', 'a=b': 'no' },
        binaryData: { BIN: bytes('x') },
      },
    },
    gone: { kind: 'missing', detail: 'not found' },
  },
  secrets: {
    login: {
      kind: 'found',
      version: '1',
      object: {
        kind: 'Secret',
        metadata: meta('login'),
        type: 'Opaque',
        data: { PASSWORD: bytes('pä$$'), ZERO: bytes('a\0b') },
      },
    },
  },
};

function envOf(fields: Partial<Container>, ips: readonly string[] = ['10.244.0.5']): ReturnType<typeof environment> {
  const container = containerSpec('c', fields);
  const pod = podSpec(
    {
      containers: [container, containerSpec('other', { resources: { limits: { memory: '64Mi' } } })],
      serviceAccountName: 'sa',
      nodeName: 'node1',
    },
    { labels: { app: 'web' }, annotations: { note: 'n' } },
  );
  const node = nodeView({ ips: ['10.0.0.9', 'fd00::9'] });
  return environment({ want: wantedPod(pod, { inputs }), pod, container, ips, node });
}

function valueFor(variable: Omit<EnvVar, 'name'>, fields: Partial<Container> = {}): string | undefined {
  const answer = envOf({ ...fields, env: [{ name: 'X', ...variable }] });
  return answer.ok ? answer.values.get('X') : answer.detail;
}

suite('environment()', () => {
  test('puts envFrom before env, and a later value replaces an earlier one', () => {
    const answer = envOf({
      envFrom: [
        { configMapRef: { name: 'settings', optional: false } },
        { prefix: 'P_', configMapRef: { name: 'settings', optional: false } },
      ],
      env: [
        { name: 'COLOR', value: 'blue' },
        { name: 'BOTH', value: '$(COLOR)-$(SIZE)-$(LATER)' },
        { name: 'LATER', value: '$$(COLOR)' },
      ],
    });
    assert.ok(answer.ok);
    assert.deepEqual(Object.fromEntries(answer.values), {
      COLOR: 'blue',
      SIZE: 'big',
      P_COLOR: 'red',
      P_SIZE: 'big',
      BOTH: 'blue-big-$(LATER)',
      LATER: '$(COLOR)',
    });
  });

  test('leaves optional objects and keys out, and names those that are not optional', () => {
    const optional = envOf({
      envFrom: [{ configMapRef: { name: 'gone', optional: true } }, { secretRef: { name: 'gone', optional: true } }],
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'NONE', optional: true } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'gone', key: 'K', optional: true } } },
      ],
    });
    assert.ok(optional.ok);
    assert.equal(optional.values.size, 0);
    assert.deepEqual(envOf({ envFrom: [{ configMapRef: { name: 'gone', optional: false } }] }), {
      ok: false,
      detail: 'ConfigMap default/gone: not found',
    });
    const key = { name: 'settings', key: 'NONE', optional: false };
    assert.equal(
      valueFor({ valueFrom: { configMapKeyRef: key } }),
      `variable "X": couldn't find key NONE in ConfigMap default/settings`,
    );
    // A name that every object has is not a key of the ConfigMap.
    assert.match(
      valueFor({ valueFrom: { configMapKeyRef: { ...key, key: 'constructor' } } }) ?? '',
      /couldn't find key constructor/,
    );
  });

  test('reads keys of objects', () => {
    assert.equal(
      valueFor({ valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOR', optional: false } } }),
      'red',
    );
    // A value that comes from an object is not expanded.
    assert.equal(
      valueFor({ valueFrom: { secretKeyRef: { name: 'login', key: 'PASSWORD', optional: false } } }),
      'pä$$',
    );
  });

  const fields: readonly (readonly [string, string])[] = [
    ['metadata.name', 'web'],
    ['metadata.namespace', 'default'],
    ['metadata.uid', 'u1'],
    ["metadata.labels['app']", 'web'],
    ["metadata.labels['none']", ''],
    ["metadata.annotations['note']", 'n'],
    ['spec.nodeName', 'node1'],
    ['spec.serviceAccountName', 'sa'],
    ['status.hostIP', '10.0.0.9'],
    ['status.hostIPs', '10.0.0.9,fd00::9'],
    ['status.podIP', '10.244.0.5'],
    ['status.podIPs', '10.244.0.5'],
    ['spec.nope', 'variable "X": fieldPath "spec.nope" is not supported'],
    ["spec.labels['a']", `variable "X": fieldPath "spec.labels['a']" is not supported`],
  ];
  for (const [fieldPath, expected] of fields) {
    test(`fieldRef ${fieldPath}`, () => assert.equal(valueFor({ valueFrom: { fieldRef: { fieldPath } } }), expected));
  }

  const amounts: readonly (readonly [string, string, string])[] = [
    ['limits.cpu', '', '2'],
    ['limits.cpu', '1m', '1500'],
    ['requests.cpu', '1', '1'],
    ['limits.memory', '1Mi', '4096'],
    ['limits.memory', '0', String(4 * 2 ** 30)],
    ['requests.memory', '1Mi', '0'],
    ['limits.ephemeral-storage', '1Gi', '100'],
    ['limits.hugepages-2Mi', '', '0'],
  ];
  for (const [resource, divisor, expected] of amounts) {
    test(`resourceFieldRef ${resource} by ${divisor || 'the default'}`, () => {
      const resources = { limits: { cpu: '1500m', memory: '4Gi' }, requests: { cpu: '100m' } };
      assert.equal(valueFor({ valueFrom: { resourceFieldRef: { resource, divisor } } }, { resources }), expected);
    });
  }

  test('a limit that is not set is what the node has for pods, and another container can be named', () => {
    assert.equal(valueFor({ valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }), '4');
    const other = { resource: 'limits.memory', containerName: 'other', divisor: '1Mi' };
    assert.equal(valueFor({ valueFrom: { resourceFieldRef: other } }), '64');
    assert.match(
      valueFor({ valueFrom: { resourceFieldRef: { ...other, containerName: 'no' } } }) ?? '',
      /not in the pod/,
    );
    assert.match(valueFor({ valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } }) ?? '', /not supported/);
  });

  test('refuses what the kernel would not take, without showing a value', () => {
    const zero = { name: 'login', key: 'ZERO', optional: false };
    assert.equal(valueFor({ valueFrom: { secretKeyRef: zero } }), 'variable "X": its value has a zero byte');
    assert.match(valueFor({ value: 'x'.repeat(longestVariable) }) ?? '', /no more than 131071/);
    const many = Array.from({ length: 40 }, (_, at) => ({ name: `V${at}`, value: 'x'.repeat(100_000) }));
    const answer = envOf({ env: many });
    assert.ok(!answer.ok && answer.detail.includes(String(largestEnvironment)));
  });

  test('variables that double each other do not fill the memory', () => {
    const env = [{ name: 'V0', value: 'xxxxxxxx' }];
    for (let at = 1; at < 60; at++) env.push({ name: `V${at}`, value: `$(V${at - 1})$(V${at - 1})` });
    const answer = envOf({ env });
    assert.ok(!answer.ok && answer.detail.includes('longer than'));
  });
});
