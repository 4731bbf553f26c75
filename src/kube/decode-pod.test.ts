import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { defaultPullPolicy } from './decode-container.ts';
import { decodePod } from './decode-pod.ts';
import { findingText } from './finding.ts';
import type { Pod } from './pod.ts';
import type { StaticPodContext } from './static-pod.ts';

const context: StaticPodContext = {
  nodeName: 'node-1',
  source: 'file',
  origin: '',
  appendNodeName: false,
  allowReferences: true,
  seen: '2026-01-01T00:00:00Z',
};

type Fields = Record<string, unknown>;

function manifest(spec: Fields = {}, container: Fields = {}): Fields {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'c', image: 'busybox:1', ...container }], ...spec },
  };
}

function decoded(value: unknown, changes: Partial<StaticPodContext> = {}): Pod {
  const result = decodePod(value, { ...context, ...changes });
  assert.ok(result.ok, result.ok ? '' : result.findings.map(findingText).join('; '));
  return result.pod;
}

function errors(value: unknown, changes: Partial<StaticPodContext> = {}): string[] {
  const result = decodePod(value, { ...context, ...changes });
  return result.ok ? [] : result.findings.map(findingText);
}

function warnings(value: unknown): string[] {
  const result = decodePod(value, context);
  assert.ok(result.ok);
  return result.warnings.map(findingText);
}

suite('decodePod()', () => {
  test('fills in what the API server would', () => {
    const { spec, metadata } = decoded(manifest());
    assert.equal(metadata.namespace, 'default');
    assert.deepEqual(
      { ...spec, containers: [], tolerations: [] },
      {
        containers: [],
        tolerations: [],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        hostNetwork: false,
        hostPID: false,
        hostIPC: false,
        shareProcessNamespace: false,
        enableServiceLinks: true,
        nodeName: 'node-1',
      },
    );
    assert.deepEqual(spec.containers, [
      {
        name: 'c',
        image: 'busybox:1',
        imagePullPolicy: 'IfNotPresent',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        stdin: false,
        stdinOnce: false,
        tty: false,
      },
    ]);
  });

  test('takes requests from limits, ports as TCP, and host ports from the host network', () => {
    const { spec } = decoded(
      manifest(
        { hostNetwork: true },
        {
          resources: { limits: { cpu: 1, memory: '64Mi' }, requests: { cpu: '500m' } },
          ports: [{ containerPort: 80 }],
        },
      ),
    );
    assert.deepEqual(spec.containers[0]?.resources, {
      limits: { cpu: '1', memory: '64Mi' },
      requests: { cpu: '500m', memory: '64Mi' },
    });
    assert.deepEqual(spec.containers[0]?.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  });

  test('reads volumes with their defaults; one without a source is an empty folder', () => {
    const { spec } = decoded(
      manifest({
        volumes: [
          { name: 'a' },
          { name: 'b', configMap: { name: 'cm' } },
          { name: 'c', secret: { secretName: 's', defaultMode: 0o400, items: [{ key: 'k', path: 'd/k' }] } },
          { name: 'd', hostPath: { path: '/tmp' } },
          { name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        ],
      }),
    );
    assert.deepEqual(spec.volumes, [
      { name: 'a', emptyDir: { medium: '' } },
      { name: 'b', configMap: { name: 'cm', defaultMode: 0o644, optional: false } },
      { name: 'c', secret: { name: 's', items: [{ key: 'k', path: 'd/k' }], defaultMode: 0o400, optional: false } },
      { name: 'd', hostPath: { path: '/tmp', type: '' } },
      { name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    ]);
  });

  test('tells everything that is wrong at once, each with its path', () => {
    const found = errors({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'Web_1' },
      spec: {
        restartPolicy: 'always',
        contaners: [],
        containers: [
          { name: 'c', image: '', ports: [{ containerPort: 70000 }], env: [{ name: 'A', value: 5 }] },
          { name: 'c', image: 'busybox', volumeMounts: [{ name: 'dta', mountPath: '/d' }] },
        ],
        volumes: [{ name: 'data' }, { name: 'data', emptyDir: {}, hostPath: { path: '/x/../y' } }],
      },
    });
    assert.deepEqual(
      found.map((text) => text.split(' ')[0]),
      [
        'spec.contaners',
        'metadata.name',
        'spec.containers[0].image',
        'spec.containers[0].ports[0].containerPort',
        'spec.containers[0].env[0].value',
        'spec.volumes[1]',
        'spec.volumes[1].hostPath.path',
        'spec.restartPolicy',
        'spec.containers[1].name',
        'spec.containers[1].volumeMounts[0].name',
        'spec.volumes[1].name',
      ],
    );
    assert.match(found.join('\n'), /spec\.contaners is not a known field; did you mean containers\?/);
    assert.match(found.join('\n'), /did you mean Always\?/);
    assert.match(found.join('\n'), /"dta" is none; did you mean data\?/);
    assert.match(found.join('\n'), /must be text, but is 5; put it in quotes/);
  });

  test('warns of what is known and not acted on yet, once, and not of what concerns no node', () => {
    const value = manifest(
      { schedulerName: 'x', topologySpreadConstraints: [{}] },
      { livenessProbe: { grpc: { port: 1 } } },
    );
    assert.deepEqual(warnings(value), ['spec.containers[0].livenessProbe is accepted but not acted on yet']);
    assert.deepEqual(errors(manifest({}, { livenessProbe: { grcp: {} } })), [
      'spec.containers[0].livenessProbe.grcp is not a known field; did you mean grpc?',
    ]);
  });
});

const refused: readonly (readonly [string, Fields, RegExp])[] = [
  ['no containers', manifest({ containers: [] }), /must hold at least one container/],
  ['no spec', { metadata: { name: 'x' } }, /spec is required/],
  ['git volumes', manifest({ volumes: [{ name: 'g', gitRepo: { repository: 'x' } }] }), /gitRepo is refused/],
  ['volumes of other kinds', manifest({ volumes: [{ name: 'p', persistentVolumeClaim: {} }] }), /cannot provide yet/],
  ['removed volumes', manifest({ volumes: [{ name: 'p', rbd: {} }] }), /Kubernetes has removed/],
  ['huge pages', manifest({ volumes: [{ name: 'h', emptyDir: { medium: 'HugePages' } }] }), /must be empty or Memory/],
  ['bad quantities', manifest({}, { resources: { limits: { memory: '64MB' } } }), /must be a quantity/],
  [
    'requests over limits',
    manifest({}, { resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } }),
    /at most the/,
  ],
  ['unknown resources', manifest({}, { resources: { limits: { memry: '1' } } }), /did you mean memory/],
  [
    'two hook handlers',
    manifest({}, { lifecycle: { preStop: { exec: { command: ['a'] }, sleep: { seconds: 1 } } } }),
    /exactly one/,
  ],
  [
    'hooks in init containers',
    manifest({ initContainers: [{ name: 'i', image: 'x', lifecycle: {} }] }),
    /must be absent in an init/,
  ],
  [
    'two env sources',
    manifest(
      {},
      {
        env: [
          { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } } },
        ],
      },
    ),
    /exactly one of/,
  ],
  [
    'unknown field paths',
    manifest({}, { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.x' } } }] }),
    /must be one of/,
  ],
  ['names with =', manifest({}, { env: [{ name: 'A=B', value: '' }] }), /without "="/],
  [
    'subPath upwards',
    manifest({ volumes: [{ name: 'v' }] }, { volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'a/../..' }] }),
    /relative path without/,
  ],
  [
    'items upwards',
    manifest({ volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: '../k' }] } }] }),
    /relative path/,
  ],
  [
    'a decimal mode',
    manifest({ volumes: [{ name: 'v', configMap: { name: 'c', defaultMode: 644 } }] }),
    /did you mean 0644, which is 420/,
  ],
  [
    'two mounts at one place',
    manifest(
      { volumes: [{ name: 'v' }] },
      {
        volumeMounts: [
          { name: 'v', mountPath: '/v' },
          { name: 'v', mountPath: '/v' },
        ],
      },
    ),
    /must be unique/,
  ],
  [
    'shared mounts without privilege',
    manifest(
      { volumes: [{ name: 'v' }] },
      { volumeMounts: [{ name: 'v', mountPath: '/v', mountPropagation: 'Bidirectional' }] },
    ),
    /only in a privileged/,
  ],
  [
    'sysctls that hide another',
    manifest({ securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1+kernel.core_pattern=|x' }] } }),
    /sysctls\[0\]\.value/,
  ],
  [
    'empty seccomp profiles',
    manifest({}, { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '' } } }),
    /localhostProfile is required/,
  ],
  [
    'seccomp profiles upwards',
    manifest({}, { securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: '../x' } } }),
    /relative path/,
  ],
  [
    'privileged without escalation',
    manifest({}, { securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
    /must not be false/,
  ],
  ['own user namespaces', manifest({ hostUsers: false }), /hostUsers cannot be false yet/],
  ['other systems', manifest({ os: { name: 'windows' } }), /must be linux/],
  ['no DNS server', manifest({ dnsPolicy: 'None' }), /must hold a server/],
  [
    'one host port twice',
    manifest(
      {},
      {
        ports: [
          { containerPort: 1, hostPort: 9 },
          { containerPort: 2, hostPort: 9 },
        ],
      },
    ),
    /must be free/,
  ],
  ['a list for an object', manifest({ securityContext: [] }), /must be an object, but is a list/],
  ['text for a list', manifest({ volumes: 'x' }), /must be a list, but is "x"/],
  ['null in a list', manifest({ containers: [null] }), /spec.containers\[0\] is required/],
  ['a pod that is text', 'pod' as unknown as Fields, /must be an object/],
];

suite('decodePod() refuses', () => {
  for (const [name, value, reason] of refused) {
    test(name, () => assert.match(errors(value).join('\n'), reason));
  }
});

suite('a static pod', () => {
  test('has a uid that changes with its content only', () => {
    const uid = decoded(manifest()).metadata.uid;
    assert.match(uid, /^[0-9a-f]{32}$/);
    const { spec, metadata, kind, apiVersion } = manifest() as Record<string, unknown>;
    assert.equal(decoded({ spec, metadata, kind, apiVersion, status: { phase: 'Failed' } }).metadata.uid, uid);
    assert.equal(decoded(manifest(), { seen: '2027-01-01T00:00:00Z' }).metadata.uid, uid);
    assert.notEqual(decoded(manifest({ hostPID: true })).metadata.uid, uid);
    assert.notEqual(decoded(manifest(), { nodeName: 'node-2' }).metadata.uid, uid);
    assert.notEqual(decoded(manifest(), { origin: '/etc/a.yaml' }).metadata.uid, uid);
  });

  test('keeps a uid that it was given', () => {
    assert.equal(decoded({ ...manifest(), metadata: { name: 'web', uid: 'u-1' } }).metadata.uid, 'u-1');
  });

  test('is marked with where it came from, and tolerates faults of its node', () => {
    const pod = decoded(manifest(), { appendNodeName: true });
    assert.equal(pod.metadata.name, 'web-node-1');
    assert.deepEqual(pod.metadata.annotations, {
      'kubernetes.io/config.hash': pod.metadata.uid,
      'kubernetes.io/config.seen': context.seen,
      'kubernetes.io/config.source': 'file',
    });
    assert.deepEqual(pod.spec.tolerations, [{ operator: 'Exists', effect: 'NoExecute' }]);
    assert.equal(decoded(manifest(), { source: 'http' }).spec.tolerations, undefined);
  });

  test('may refer to nothing of the API where there is one: one finding names the reference (A10)', () => {
    const references: readonly Fields[] = [
      manifest({ serviceAccountName: 'sa' }),
      manifest({ serviceAccount: 'sa' }),
      manifest({ imagePullSecrets: [{ name: 's' }] }),
      manifest({
        volumes: [
          { name: 'v', secret: { secretName: 's' } },
          { name: 'w', configMap: { name: 'c' } },
        ],
      }),
      manifest({}, { envFrom: [{ configMapRef: { name: 'c' } }] }),
      manifest({}, { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
      manifest({ initContainers: [{ name: 'i', image: 'x', envFrom: [{ secretRef: { name: 's' } }] }] }),
    ];
    for (const value of references) {
      const found = errors(value, { allowReferences: false });
      assert.equal(found.length, 1, found.join('; '));
      assert.match(found[0] ?? '', /which a static pod may not/);
      assert.deepEqual(errors(value), []);
    }
  });
});

test('defaultPullPolicy() pulls what has no fixed tag', () => {
  const policies = ['a', 'a:latest', 'r:5000/a', 'r:5000/a:1', 'a@sha256:0', 'a:1'].map(defaultPullPolicy);
  assert.deepEqual(policies, ['Always', 'Always', 'Always', 'IfNotPresent', 'IfNotPresent', 'IfNotPresent']);
});
