import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { PodUid } from '../../kube/meta.ts';
import type { Container, PodSpec } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec, sandboxSeen, wantedPod } from '../../testing/specs.ts';
import { containerConfig } from './container-config.ts';
import { preparation } from './prepare.ts';
import { sandboxConfig } from './sandbox-config.ts';
import type { WantedPod } from './want.ts';

const uid = 'u1' as PodUid;
const image = { kind: 'present', id: 'sha256:abc', uid: 1000, pulledFor: [] } as const;

function configOf(want: WantedPod, container: Container, attempt = 0) {
  return containerConfig({ want, uid, container, attempt, image, sandbox: sandboxSeen(), node: nodeView() });
}

const web: Partial<PodSpec> = {
  containers: [
    containerSpec('nginx', {
      image: 'nginx:1.27',
      command: ['nginx', '-g', 'daemon $(MODE);'],
      args: ['--port=$(PORT)', '$$(PORT)'],
      workingDir: '/srv',
      env: [
        { name: 'PORT', value: '8080' },
        { name: 'MODE', value: 'off' },
        { name: 'ME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
      ports: [{ name: 'http', containerPort: 8080, hostPort: 80, protocol: 'TCP' }],
      resources: { limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '250m', memory: '64Mi' } },
      volumeMounts: [{ name: 'cache', mountPath: '/var/cache', readOnly: false }],
      lifecycle: { preStop: { exec: { command: ['nginx', '-s', 'quit'] } } },
    }),
  ],
  volumes: [{ name: 'cache', emptyDir: { medium: '' } }],
};

const guaranteed: Partial<PodSpec> = {
  containers: [
    containerSpec('db', {
      image: 'registry.example/db:16',
      resources: { limits: { cpu: '2', memory: '2Gi' }, requests: { cpu: '2', memory: '2Gi' } },
      securityContext: {
        runAsUser: 999,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
      stdin: true,
      stdinOnce: true,
      tty: true,
    }),
  ],
  securityContext: { fsGroup: 999, seccompProfile: { type: 'RuntimeDefault' } },
  terminationGracePeriodSeconds: 60,
};

const system: Partial<PodSpec> = {
  hostNetwork: true,
  hostPID: true,
  dnsPolicy: 'ClusterFirstWithHostNet',
  priority: 2_000_001_000,
  priorityClassName: 'system-node-critical',
  containers: [
    containerSpec('agent', {
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'run', mountPath: '/run', readOnly: false, mountPropagation: 'Bidirectional' }],
    }),
  ],
  volumes: [{ name: 'run', hostPath: { path: '/run', type: 'Directory' } }],
};

// Run with UPDATE=1 to write the files anew, and format them; the difference is what a reviewer reads.
function golden(name: string, value: unknown): void {
  const path = join(import.meta.dirname, 'golden', `${name}.json`);
  const text = JSON.stringify(value, null, 2);
  if (process.env['UPDATE'] === '1') writeFileSync(path, `${text}\n`);
  assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(path, 'utf8')));
}

suite('containerConfig()', () => {
  for (const [name, spec] of Object.entries({ web, guaranteed, system })) {
    test(`golden: pod ${name}`, () => {
      const pod = podSpec(spec, { labels: { app: name } });
      const want = wantedPod(pod);
      const [container] = pod.spec.containers;
      assert.ok(container !== undefined);
      golden(name, {
        prepare: preparation(want, uid, nodeView()),
        sandbox: sandboxConfig(want, 0, nodeView()),
        container: configOf(want, container, 1),
      });
    });
  }

  test('says why not, without a value that may be a secret', () => {
    const container = containerSpec('c', { env: [{ name: 'X', value: 'hunter2\0' }] });
    const answer = configOf(wantedPod(podSpec({ containers: [container] })), container);
    assert.ok(!answer.ok && answer.detail.includes('"X"') && !answer.detail.includes('hunter2'));
  });

  test('refuses arguments that grow beyond what the kernel takes', () => {
    const env = [{ name: 'L', value: 'x'.repeat(100_000) }];
    const container = containerSpec('c', { env, args: ['$(L)'.repeat(30)] });
    const answer = configOf(wantedPod(podSpec({ containers: [container] })), container);
    assert.ok(!answer.ok && answer.detail.includes('command and args'));
  });

  test('the score of the OOM killer is not below 0 where the agent may not lower it', () => {
    const want = wantedPod(podSpec(guaranteed));
    const [container] = want.pod.spec.containers;
    assert.ok(container !== undefined);
    const node = nodeView({ mayLowerOomScore: false });
    const answer = containerConfig({ want, uid, container, attempt: 0, image, sandbox: sandboxSeen(), node });
    assert.ok(answer.ok && answer.config.resources.oomScoreAdj === 0);
  });

  test('an API deletion is written on a container that is made during it', () => {
    const container = containerSpec('c');
    const deletion = { graceSeconds: 5, seenAt: 0 as never };
    const answer = configOf(wantedPod(podSpec({ containers: [container] }), { deletion }), container);
    assert.ok(answer.ok);
    assert.equal(answer.config.annotations['io.kubernetes.pod.deletionGracePeriod'], '5');
  });
});
