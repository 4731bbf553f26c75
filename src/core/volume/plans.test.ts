import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import type { PodSpec } from '../../kube/pod.ts';
import type { ObjectVolumeSource, Volume } from '../../kube/volume.ts';
import { containerSpec, nodeView, podSpec, wantedPod } from '../../testing/specs.ts';
import type { Inputs } from '../pod/want.ts';
import { volumePlans } from './plans.ts';

const uid = 'u1' as PodUid;
const meta = (name: string) => ({ name, namespace: 'default', uid: name });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function inputsOf(version: string, secret = 'hunter2'): Inputs {
  return {
    configMaps: {
      a: {
        kind: 'found',
        version,
        object: { kind: 'ConfigMap', metadata: meta('a'), data: { z: '1', b: '2' }, binaryData: { bin: bytes('x') } },
      },
    },
    secrets: {
      s: {
        kind: 'found',
        version,
        object: { kind: 'Secret', metadata: meta('s'), type: 'Opaque', data: { password: bytes(secret) } },
      },
    },
  };
}

function plansOf(volume: Omit<Volume, 'name'>, spec: Partial<PodSpec> = {}, inputs: Inputs = inputsOf('1')) {
  const pod = podSpec({ volumes: [{ name: 'v', ...volume }], ...spec });
  return volumePlans(wantedPod(pod, { inputs }), uid, nodeView());
}

const source = (fields: Partial<ObjectVolumeSource> = {}): ObjectVolumeSource => ({
  name: 'a',
  defaultMode: 0o644,
  optional: false,
  ...fields,
});

const home = '/var/lib/nodelet/pods/u1/volumes';

suite('volumePlans()', () => {
  const sources: readonly (readonly [string, Omit<Volume, 'name'>, Partial<PodSpec>, object])[] = [
    [
      'emptyDir',
      { emptyDir: { medium: '' } },
      {},
      { kind: 'directory', mode: 0o777, path: `${home}/kubernetes.io~empty-dir/v` },
    ],
    [
      'emptyDir with a group',
      { emptyDir: { medium: '' } },
      { securityContext: { fsGroup: 5 } },
      { kind: 'directory', mode: 0o2777, group: 5 },
    ],
    [
      'emptyDir in memory',
      { emptyDir: { medium: 'Memory' } },
      {},
      { kind: 'tmpfs', mode: 0o777, sizeBytes: 8 * 2 ** 30 },
    ],
    [
      'emptyDir in memory with a limit',
      { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      {},
      { kind: 'tmpfs', sizeBytes: 2 ** 20 },
    ],
    [
      'emptyDir in memory of a pod with a limit',
      { emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      { containers: [containerSpec('c', { resources: { limits: { memory: '2Mi' } } })] },
      { kind: 'tmpfs', sizeBytes: 2 * 2 ** 20 },
    ],
    [
      'hostPath',
      { hostPath: { path: '/srv', type: 'DirectoryOrCreate' } },
      {},
      { kind: 'hostPath', type: 'DirectoryOrCreate', path: '/srv' },
    ],
    [
      'configMap',
      { configMap: source() },
      {},
      {
        kind: 'files',
        tmpfs: false,
        path: `${home}/kubernetes.io~configmap/v`,
        files: [
          { path: 'b', mode: 0o644, content: '2' },
          { path: 'bin', mode: 0o644, content: bytes('x') },
          { path: 'z', mode: 0o644, content: '1' },
        ],
      },
    ],
    [
      'configMap with items and modes',
      {
        configMap: source({
          items: [
            { key: 'z', path: 'd/z.conf', mode: 0o400 },
            { key: 'b', path: 'b' },
          ],
          defaultMode: 0o600,
        }),
      },
      { securityContext: { fsGroup: 5 } },
      {
        group: 5,
        files: [
          { path: 'b', mode: 0o640, content: '2' },
          { path: 'd/z.conf', mode: 0o440, content: '1' },
        ],
      },
    ],
    [
      'secret',
      { secret: source({ name: 's', defaultMode: 0o400 }) },
      {},
      {
        kind: 'files',
        tmpfs: true,
        path: `${home}/kubernetes.io~secret/v`,
        files: [{ path: 'password', mode: 0o400, content: bytes('hunter2') }],
      },
    ],
    [
      'optional and missing object',
      { configMap: source({ name: 'none', optional: true }) },
      {},
      { kind: 'files', files: [] },
    ],
    [
      'optional and missing key',
      { configMap: source({ optional: true, items: [{ key: 'no', path: 'x' }] }) },
      {},
      { files: [] },
    ],
  ];
  for (const [name, volume, spec, expected] of sources) {
    test(name, () => {
      const { plans, missing } = plansOf(volume, spec);
      assert.deepEqual(missing, []);
      assert.partialDeepStrictEqual(plans[0], expected);
    });
  }

  const items = (path: string) => ({ configMap: source({ items: [{ key: 'z', path }] }) });
  const refused: readonly (readonly [string, Omit<Volume, 'name'>, string, RegExp])[] = [
    ['missing object', { configMap: source({ name: 'none' }) }, 'ConfigMap default/none', /^not found$/],
    [
      'missing key',
      { configMap: source({ items: [{ key: 'no', path: 'x' }] }) },
      'ConfigMap default/a',
      /^it has no key "no"$/,
    ],
    ['climbing path', items('a/../../b'), 'ConfigMap default/a', /must not contain "\.\."/],
    ['absolute path', items('/etc/passwd'), 'ConfigMap default/a', /must be relative/],
    ['path into the swap of files', items('..data/x'), 'ConfigMap default/a', /must not begin with "\.\."/],
    ['path with an empty part', items('a//b'), 'ConfigMap default/a', /empty part/],
    [
      'path beneath a file',
      {
        configMap: source({
          items: [
            { key: 'z', path: 'x' },
            { key: 'b', path: 'x/y' },
          ],
        }),
      },
      'ConfigMap default/a',
      /lies beneath another file/,
    ],
    ['climbing hostPath', { hostPath: { path: '/a/../b', type: '' } }, 'volume v', /must not contain "\.\."/],
    ['relative hostPath', { hostPath: { path: 'a', type: '' } }, 'volume v', /must be absolute/],
    ['no source', {}, 'volume v', /no source/],
  ];
  for (const [name, volume, object, detail] of refused) {
    test(`${name} is told, not planned`, () => {
      const { plans, missing } = plansOf(volume);
      assert.equal(plans.length, 0);
      assert.equal(missing[0]?.object, object);
      assert.match(missing[0]?.detail ?? '', detail);
    });
  }

  const versionOf = (volume: Omit<Volume, 'name'>, inputs?: Inputs, spec?: Partial<PodSpec>): string =>
    plansOf(volume, spec, inputs).plans[0]?.version ?? '';

  test('the version changes with the content’s version, the modes and the group, and with nothing else', () => {
    const secret = { secret: source({ name: 's' }) };
    const first = versionOf(secret);
    assert.equal(versionOf(secret), first);
    assert.equal(versionOf(secret, inputsOf('1'), { restartPolicy: 'Never' }), first);
    const others = [
      versionOf(secret, inputsOf('2')),
      versionOf({ secret: source({ name: 's', defaultMode: 0o400 }) }),
      versionOf(secret, inputsOf('1'), { securityContext: { fsGroup: 1 } }),
      versionOf({ emptyDir: { medium: '' } }),
      versionOf({ emptyDir: { medium: 'Memory' } }),
    ];
    assert.equal(new Set([first, ...others]).size, others.length + 1);
  });

  test('the version tells nothing of a secret', () => {
    const secret = { secret: source({ name: 's' }) };
    assert.equal(versionOf(secret, inputsOf('1', 'hunter2')), versionOf(secret, inputsOf('1', 'correct horse')));
  });
});
