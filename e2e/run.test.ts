import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodRow } from '../src/server/view.ts';
import { containerdIsMissing, RealContainerd } from '../src/testing/real/containerd.ts';
import { ForeignPod } from './foreign.ts';
import { container, idle, image, type Json, pod } from './pods.ts';
import { RunNode, say } from './run-node.ts';

const nodeName = hostname().toLowerCase();
const kubelet = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';

async function runtimeWithImage(label: string): Promise<RealContainerd> {
  const runtime = await RealContainerd.start(label);
  await runtime.import(image, { command: ['sh'] });
  return runtime;
}

function find(node: RunNode, name: string): PodRow | undefined {
  return node.pods().find((row) => row.name === `${name}-${nodeName}`);
}

const simple = { containers: [container('main', idle)], terminationGracePeriodSeconds: 2 };

const main = (fields: Json): Json => ({ containers: [container('main', idle, fields)] });
const volume = (source: Json): Json => ({ volumes: [{ name: 'v', ...source }] });

/** What only an API server could give a pod. */
const references: Readonly<Record<string, Json>> = {
  account: { serviceAccountName: 'robot' },
  pull: { imagePullSecrets: [{ name: 'key' }] },
  from: main({ envFrom: [{ secretRef: { name: 'key' } }] }),
  map: volume({ configMap: { name: 'settings' } }),
  secret: volume({ secret: { secretName: 'key' } }),
  claim: volume({ persistentVolumeClaim: { claimName: 'disk' } }),
  projected: volume({ projected: { sources: [{ secret: { name: 'key' } }] } }),
  trust: volume({ projected: { sources: [{ clusterTrustBundle: { name: 'ca', path: 'ca.pem' } }] } }),
  csi: volume({ csi: { driver: 'd', nodePublishSecretRef: { name: 'key' } } }),
  device: { resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
};

suite('nodelet run on a runtime of somebody else', { skip: containerdIsMissing() }, () => {
  test('static pods run as a kubelet runs them; what it refuses is told, and others go on', async (t) => {
    await using runtime = await runtimeWithImage('run');
    await using foreign = await ForeignPod.start(runtime);
    const port = 20_000 + (process.pid % 20_000);
    await using squatter = createServer().listen(port, '127.0.0.1');
    await using node = new RunNode('run', runtime, port);
    writeFileSync(join(node.dropIns, '10-pods.conf'), `${kubelet}maxPods: 2\nstreamingConnectionIdleTimeout: 3h\n`);
    node.write('a.json', pod('a', simple));
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'x' } } }];
    node.write('refers.json', pod('refers', { containers: [container('main', idle, { env })] }));
    // A first word that is a flag is the kubelet's way to be started.
    node.spawn(node.flags);
    await node.until('pod a is ready', () => find(node, 'a')?.ready.containers === 1);

    await t.test('a reference to a ConfigMap is a problem and an event', () => {
      const [problem] = node.problems();
      assert.match(problem?.file ?? '', /refers\.json$/);
      assert.match(problem?.reason ?? '', /refers to a configmap \("settings"\)/);
      assert.equal(find(node, 'refers'), undefined);
      const [event] = node.events().filter(({ reason }) => reason === 'FailedValidation');
      assert.match(event?.message ?? '', /refers\.json:\d+: .*configmap/);
      assert.deepEqual([event?.type, event?.object, event?.count], ['Warning', `node/${nodeName}`, 1]);
    });

    await t.test('whatever else of the API a pod refers to, it never runs, and one event says why', async () => {
      for (const [name, spec] of Object.entries(references))
        node.write(`${name}.json`, pod(name, { ...simple, ...spec }));
      const names = Object.keys(references);
      const fileOf = (name: string): string => `/${name}.json`;
      await node.until('each is a problem', () => {
        const files = node.problems().map(({ file }) => file);
        return names.every((name) => files.some((file) => file.endsWith(fileOf(name))));
      });
      const events = node.events().filter(({ reason }) => reason === 'FailedValidation');
      for (const name of names) {
        const ofIt = events.filter(({ message }) => message.includes(fileOf(name)));
        assert.equal(ofIt.length, 1, `${name}: ${JSON.stringify(ofIt)}`);
        assert.equal(find(node, name), undefined);
      }
      for (const name of names) node.remove(`${name}.json`);
    });

    await t.test('the health endpoint waits for its port, and answers once it has it', async () => {
      assert.ok(
        node.logLines().some(({ msg }) => /cannot listen on .* set healthzPort to another port/.test(String(msg))),
      );
      await new Promise((resolve) => squatter.close(resolve));
      for (const limit = performance.now() + 20_000; ; await sleep(200)) {
        const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
        if (answer !== undefined) {
          assert.equal(await answer.text(), 'ok');
          break;
        }
        assert.ok(performance.now() < limit, 'it answers within 20 s');
      }
    });

    await t.test('the log is JSON, and says what was set without effect', () => {
      const lines = node.logLines();
      assert.ok(lines.length > 0 && lines.every((line) => typeof line['msg'] === 'string'));
      assert.ok(
        lines.some(({ msg }) => /streamingConnectionIdleTimeout .*10-pods\.conf.*has no effect/.test(String(msg))),
      );
    });

    await t.test('the network that the runtime uses is shown', () => {
      assert.match(node.state()?.node.network ?? '', /^ready: nlt\d+ \(bridge\), from \/tmp\//);
    });

    await t.test('a pod over maxPods is refused with OutOfpods', async () => {
      node.write('b.json', pod('b', simple));
      node.write('c.json', pod('c', simple));
      const refused = await node.until('one pod is refused', () =>
        node.pods().find((row) => row.status.reason === 'OutOfpods'),
      );
      assert.equal(refused.status.phase, 'Failed');
      assert.ok(node.events().some(({ reason, type }) => reason === 'OutOfpods' && type === 'Warning'));
      await node.until('the others run', () => node.pods().filter((row) => row.ready.containers === 1).length === 2);
    });

    await t.test('a second nodelet says who runs', () => {
      const { code, stderr } = say('run', ...node.flags);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`nodelet already runs here: pid ${node.agentPid()} `));
    });

    await t.test(
      'a network config that goes away makes the node not ready, and says where one is looked for',
      async () => {
        const conflist = join(runtime.root, 'net.d/10-test.conflist');
        const text = readFileSync(conflist);
        for (const name of ['a', 'b', 'c']) node.remove(`${name}.json`);
        await node.until('the other pods are gone', () => node.state()?.pods.length === 0);
        rmSync(conflist);
        // Nobody asks a runtime that is well how it is; the pod that cannot start makes it suspect.
        node.write('d.json', pod('d', simple));
        const reasons = await node.until('the node is not ready', () => {
          const report = node.state()?.node;
          return report?.ready === false ? report.reasons : undefined;
        });
        assert.match(reasons.join(' '), /no network config found in .*net\.d/);
        assert.match(node.run('ps'), /\nNODE\n {2}\S+ is not ready: .*no network config found in/);
        // containerd overlooks a file that was moved there.
        writeFileSync(conflist, text);
        await node.until('the node is ready', () => node.state()?.node.ready);
        await node.until('pod d is ready', () => find(node, 'd')?.ready.containers === 1);
        const told = node.events().map(({ reason }) => reason);
        assert.ok(told.lastIndexOf('NodeReady') > told.lastIndexOf('NodeNotReady'));
      },
    );

    await t.test('a runtime that goes away makes the node not ready; back again, the same containers run', async () => {
      const before = find(node, 'd')?.containers;
      await runtime.kill('SIGKILL');
      await node.until('the node is not ready', () => node.state()?.node.ready === false);
      assert.match(node.state()?.node.reasons.join(' ') ?? '', /containerd\.sock|runtime/);
      await runtime.resume();
      await node.until('the node is ready', () => node.isUp());
      await node.until('pod d is looked at', () => find(node, 'd')?.ready.containers === 1);
      assert.deepEqual(find(node, 'd')?.containers, before);
    });

    await t.test('what others made in this runtime is not touched', async () => assert.ok(await foreign.runs()));

    await t.test('down takes the pods away, and nothing of others', async () => {
      await node.stop();
      node.run('down');
      assert.ok(await foreign.runs());
      const sandboxes = (await runtime.ctr('containers', 'list', '-q')).trim().split('\n');
      assert.equal(sandboxes.length, 2, 'the sandbox and the container of the foreign pod');
    });
  });
});

suite('nodelet run refuses', () => {
  test('the systemd driver, a kubeconfig and unknown fields: all at once, with the nearest name and no stack', async (t) => {
    const folder = mkdtempSync('/tmp/nodelet-refuses-');
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'kubelet.yaml');
    writeFileSync(file, `${kubelet}maxPod: 5\nauthentication:\n  anonymus:\n    enabled: true\n`);
    const { code, stderr } = say(
      '--config',
      file,
      '--cgroup-driver=systemd',
      '--kubeconfig=/etc/kubernetes/kubelet.conf',
    );
    assert.equal(code, 2);
    assert.match(stderr, /kubelet\.yaml:3: maxPod: .*did you mean maxPods\?/);
    assert.match(stderr, /kubelet\.yaml:5: authentication\.anonymus: .*did you mean .*anonymous\?/);
    assert.match(stderr, /--cgroup-driver: .*systemd driver comes in a later release/);
    assert.match(stderr, /--kubeconfig: .*joining a cluster comes in the next release/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
});

suite('nodelet config', () => {
  test('says where each value came from, and its output fed back gives the same', async (t) => {
    const folder = mkdtempSync('/tmp/nodelet-config-');
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'kubelet.yaml');
    writeFileSync(file, `${kubelet}maxPods: 7\nevictionHard:\n  memory.available: 200Mi\n`);
    const first = say('config', '--config', file, '--max-pods=9', '--container-runtime-endpoint=unix:///run/x.sock');
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /^maxPods: 9 +# from --max-pods$/m);
    assert.match(first.stdout, /^ {2}memory\.available: 200Mi +# from .*kubelet\.yaml:5$/m);
    assert.match(first.stdout, /^healthzPort: 10248 +# from default$/m);
    const again = join(folder, 'again.yaml');
    writeFileSync(again, first.stdout);
    const second = say('config', '--config', again);
    assert.equal(second.code, 0, second.stderr);
    const values = (text: string): readonly string[] =>
      text.split('\n').flatMap((line) => (line.startsWith('#') ? [] : [line.replace(/ +# from .*$/, '')]));
    assert.deepEqual(values(second.stdout), values(first.stdout));
    assert.equal(readFileSync(again, 'utf8'), first.stdout);
  });
});
