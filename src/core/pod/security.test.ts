import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PodSecurityContext, SeccompProfile, SecurityContext } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec } from '../../testing/specs.ts';
import { containerSecurity } from './security.ts';
import type { ImageSeen } from './seen.ts';

type Image = Partial<Extract<ImageSeen, { kind: 'present' }>>;

function securityOf(own: SecurityContext, image: Image = {}, pod: PodSecurityContext = {}, seccompDefault = false) {
  const container = containerSpec('c', { securityContext: own });
  return containerSecurity(
    podSpec({ containers: [container], securityContext: pod }),
    container,
    { kind: 'present', id: 'sha256:abc', pulledFor: [], ...image },
    nodeView({ seccompDefault }),
  );
}

function userOf(own: SecurityContext, image: Image = {}, pod: PodSecurityContext = {}): string {
  const answer = securityOf(own, image, pod);
  if (!answer.ok) return answer.detail;
  return String(answer.security.runAsUser ?? answer.security.runAsUsername);
}

suite('containerSecurity()', () => {
  const users: readonly (readonly [string, string, RegExp])[] = [
    ['no user at all is root, as a number', userOf({}), /^0$/],
    ['the image has a number', userOf({}, { uid: 1000 }), /^1000$/],
    ['the image has a name', userOf({}, { username: 'www' }), /^www$/],
    ['runAsUser goes before the image', userOf({ runAsUser: 7 }, { username: 'root' }), /^7$/],
    ["the pod's runAsUser goes before the image", userOf({}, { uid: 5 }, { runAsUser: 8 }), /^8$/],
    ["the container's runAsUser goes before the pod's", userOf({ runAsUser: 7 }, {}, { runAsUser: 8 }), /^7$/],
    ['non-root with a number', userOf({ runAsNonRoot: true }, { uid: 1000 }), /^1000$/],
    ['non-root with root', userOf({ runAsNonRoot: true }, { uid: 0 }), /the user of the image is root/],
    ['non-root with no user', userOf({ runAsNonRoot: true }), /the user of the image is root/],
    ['non-root with runAsUser 0', userOf({ runAsNonRoot: true, runAsUser: 0 }, { uid: 9 }), /runAsUser is root/],
    ['non-root of the pod', userOf({}, { uid: 0 }, { runAsNonRoot: true }), /is root/],
    [
      'non-root taken back by the container',
      userOf({ runAsNonRoot: false }, { uid: 0 }, { runAsNonRoot: true }),
      /^0$/,
    ],
    ['non-root with a name', userOf({ runAsNonRoot: true }, { username: 'www' }), /is a name \("www"\)/],
    ['the image has a number that wraps to root', userOf({}, { uid: 2 ** 32 }), /not a user id/],
    ['the image has 2^31', userOf({}, { uid: 2 ** 31 }), /not a user id/],
    ['the image has a negative number', userOf({}, { uid: -1 }), /not a user id/],
    ['the image has "0x0"', userOf({}, { username: '0x0' }), /neither a name nor a user id/],
    ['the image has "4294967296" as text', userOf({}, { username: '4294967296' }), /neither a name nor a user id/],
  ];
  for (const [name, actual, expected] of users) test(`user: ${name}`, () => assert.match(actual, expected));

  const profiles: readonly (readonly [string, SeccompProfile, RegExp])[] = [
    ['empty', { type: 'Localhost', localhostProfile: '' }, /has no localhostProfile/],
    ['missing', { type: 'Localhost' }, /has no localhostProfile/],
    ['absolute', { type: 'Localhost', localhostProfile: '/etc/x.json' }, /must be relative/],
    ['climbing', { type: 'Localhost', localhostProfile: 'a/../../x.json' }, /must not contain "\.\."/],
  ];
  for (const [name, seccompProfile, expected] of profiles) {
    test(`a Localhost profile that is ${name} is refused`, () => {
      const answer = securityOf({ seccompProfile });
      assert.ok(!answer.ok && expected.test(answer.detail));
    });
  }

  test('the container’s seccomp profile goes before the pod’s before the node’s default', () => {
    const typeOf = (answer: ReturnType<typeof securityOf>) => answer.ok && answer.security.seccomp;
    assert.deepEqual(typeOf(securityOf({})), { type: 'Unconfined' });
    assert.deepEqual(typeOf(securityOf({}, {}, {}, true)), { type: 'RuntimeDefault' });
    const pod = { seccompProfile: { type: 'RuntimeDefault' } } as const;
    assert.deepEqual(typeOf(securityOf({}, {}, pod)), { type: 'RuntimeDefault' });
    const own = { seccompProfile: { type: 'Localhost', localhostProfile: 'a/b.json' } } as const;
    assert.deepEqual(typeOf(securityOf(own, {}, pod)), {
      type: 'Localhost',
      localhostRef: '/var/lib/nodelet/seccomp/a/b.json',
    });
  });

  test('passes the rest on', () => {
    const answer = securityOf(
      {
        privileged: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
        runAsGroup: 3,
        procMount: 'Unmasked',
      },
      {},
      { fsGroup: 10, supplementalGroups: [11, 12], runAsGroup: 4 },
    );
    assert.ok(answer.ok);
    const { security } = answer;
    assert.deepEqual(security.supplementalGroups, [10, 11, 12]);
    assert.deepEqual(security.capabilities, { add: ['NET_ADMIN'], drop: ['ALL'] });
    assert.deepEqual([security.privileged, security.readonlyRootfs, security.noNewPrivs], [true, true, true]);
    assert.deepEqual([security.runAsGroup, security.maskedPaths, security.readonlyPaths], [3, [], []]);
    const plain = securityOf({});
    assert.ok(plain.ok && plain.security.maskedPaths.includes('/proc/kcore') && !plain.security.noNewPrivs);
    assert.ok(plain.security.readonlyPaths.includes('/proc/sys'));
  });
});
