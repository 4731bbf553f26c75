import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import type { Container, PodSpec } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec } from '../../testing/specs.ts';
import { containerMounts } from './mounts.ts';

const volumes: NonNullable<PodSpec['volumes']> = [
  { name: 'scratch', emptyDir: { medium: '' } },
  { name: 'host', hostPath: { path: '/srv', type: '' } },
  { name: 'settings', configMap: { name: 'settings', defaultMode: 0o644, optional: false } },
  { name: 'login', secret: { name: 'login', defaultMode: 0o644, optional: false } },
];

function mountsOf(fields: Partial<Container>, spec: Partial<PodSpec> = {}, ips: readonly string[] = ['10.244.0.5']) {
  const container = containerSpec('c', fields);
  const pod = podSpec({ containers: [container], volumes, ...spec });
  return containerMounts({ pod, uid: 'u1' as PodUid, container, attempt: 2, ips, node: nodeView() });
}

suite('containerMounts()', () => {
  test('mounts volumes in their order, then the hosts file and the termination log', () => {
    const answer = mountsOf({
      volumeMounts: [
        { name: 'scratch', mountPath: '/tmp', readOnly: false },
        { name: 'host', mountPath: 'srv', readOnly: true, mountPropagation: 'HostToContainer' },
        { name: 'settings', mountPath: '/etc/settings', readOnly: false },
        { name: 'login', mountPath: '/etc/login', readOnly: false },
      ],
    });
    assert.ok(answer.ok);
    const home = '/var/lib/nodelet/pods/u1';
    assert.deepEqual(
      answer.mounts.map(({ containerPath, hostPath, readonly, propagation }) => [
        containerPath,
        hostPath,
        readonly,
        propagation,
      ]),
      [
        ['/tmp', `${home}/volumes/kubernetes.io~empty-dir/scratch`, false, 'PRIVATE'],
        ['/srv', '/srv', true, 'HOST_TO_CONTAINER'],
        ['/etc/settings', `${home}/volumes/kubernetes.io~configmap/settings`, true, 'PRIVATE'],
        ['/etc/login', `${home}/volumes/kubernetes.io~secret/login`, true, 'PRIVATE'],
        ['/etc/hosts', `${home}/etc-hosts`, false, 'PRIVATE'],
        ['/dev/termination-log', `${home}/containers/c/2`, false, 'PRIVATE'],
      ],
    );
    assert.deepEqual(
      answer.files.map(({ path, mode }) => [path, mode]),
      [
        [`${home}/etc-hosts`, 0o644],
        [`${home}/containers/c/2`, 0o666],
      ],
    );
  });

  test('a mount at /etc/hosts, and a pod without an address, have no hosts file', () => {
    const own = mountsOf({ volumeMounts: [{ name: 'scratch', mountPath: '/etc/hosts', readOnly: false }] });
    assert.ok(own.ok && own.files.length === 1);
    const early = mountsOf({}, {}, []);
    assert.ok(early.ok && early.mounts.every(({ containerPath }) => containerPath !== '/etc/hosts'));
    const none = mountsOf({ terminationMessagePath: '' }, {}, []);
    assert.ok(none.ok && none.mounts.length === 0);
  });

  const refused: readonly (readonly [string, Partial<NonNullable<Container['volumeMounts']>[number]>, RegExp])[] = [
    ['a volume that the pod does not have', { name: 'none' }, /no volume of this name/],
    ['an absolute subPath', { subPath: '/etc' }, /must not be an absolute path/],
    ['a climbing subPath', { subPath: 'a/../../b' }, /must not contain "\.\."/],
    ['any other subPath', { subPath: 'a/b' }, /not supported yet/],
    ['bidirectional propagation without privilege', { mountPropagation: 'Bidirectional' }, /privileged/],
  ];
  for (const [name, fields, expected] of refused) {
    test(`refuses ${name}`, () => {
      const answer = mountsOf({ volumeMounts: [{ name: 'scratch', mountPath: '/x', readOnly: false, ...fields }] });
      assert.ok(!answer.ok && expected.test(answer.detail), JSON.stringify(answer));
    });
  }

  test('a privileged container may propagate mounts both ways', () => {
    const answer = mountsOf({
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'host', mountPath: '/x', readOnly: false, mountPropagation: 'Bidirectional' }],
    });
    assert.ok(answer.ok && answer.mounts[0]?.propagation === 'BIDIRECTIONAL');
  });
});
