import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { PodRow } from '../src/server/view.ts';
import { machineLacks, TestNode } from './harness.ts';
import { container, idle, pod } from './pods.ts';

function find(node: TestNode, name: string): PodRow | undefined {
  return node.pods().find((row) => row.name === name);
}

async function phase(node: TestNode, name: string, wanted: string): Promise<PodRow> {
  return await node.until(`pod ${name} is ${wanted}`, () => {
    const row = find(node, name);
    return row?.status.phase === wanted ? row : undefined;
  });
}

/** A file of one cgroup of the pod, wherever this machine has the controller. */
function cgroup(node: TestNode, path: string, files: readonly string[]): string {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))];
  for (const root of roots) {
    for (const file of files) {
      const full = join(root, node.bridge, 'kubepods', path, file);
      if (existsSync(full)) return readFileSync(full, 'utf8').trim();
    }
  }
  throw new Error(`no ${files.join(' or ')} below ${path}`);
}

suite('pods on a real runtime', { skip: machineLacks() ?? false }, () => {
  test('a container gets its environment, arguments, user and folder', async () => {
    await using node = new TestNode('env');
    node.write(
      'objects.yaml',
      `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: green, SIZE: "3"}
---
apiVersion: v1
kind: Secret
metadata: {name: access}
stringData: {password: s3cret}
`,
    );
    const env = [
      { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'access', key: 'password' } } },
      { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'SAID', value: '$(COLOR) $$(COLOR) $(NOBODY)' },
    ];
    const script =
      'echo "$COLOR|$PASSWORD|$NAME|$SAID|$X_SIZE|$(id -u):$(id -g)|$(pwd)|$0|$1"; echo "$ADDRESS"; hostname';
    node.write(
      'env.json',
      pod('env', {
        restartPolicy: 'Never',
        containers: [
          {
            ...container('main', script),
            args: ['zero', '$(COLOR)-one'],
            env,
            envFrom: [{ prefix: 'X_', configMapRef: { name: 'settings' } }],
            workingDir: '/tmp',
            securityContext: { runAsUser: 1234, runAsGroup: 5678 },
          },
        ],
      }),
    );
    node.start();
    const row = await phase(node, 'env', 'Succeeded');
    const [said, address, hostname] = node.run('logs', 'env').trim().split('\n');
    assert.equal(said, 'green|s3cret|env|green $(COLOR) $(NOBODY)|3|1234:5678|/tmp|zero|green-one');
    assert.equal(address, row.status.podIP);
    assert.equal(hostname, 'env');
  });

  test('limits hold: cgroups have upstream’s values, and a container over its memory is OOMKilled', async () => {
    await using node = new TestNode('limits');
    const resources = { requests: { cpu: '100m', memory: '16Mi' }, limits: { cpu: '200m', memory: '32Mi' } };
    const hog = 'head -c 200000000 /dev/zero | tail';
    node.write('limits.json', pod('limits', { containers: [container('main', idle, { resources })] }));
    node.write('hog.json', pod('hog', { restartPolicy: 'Never', containers: [container('main', hog, { resources })] }));
    node.start();
    const killed = await phase(node, 'hog', 'Failed');
    const state = killed.status.containerStatuses[0]?.state.terminated;
    assert.equal(state?.reason, 'OOMKilled');
    const { uid, status } = (await phase(node, 'limits', 'Running')) as PodRow;
    assert.equal(status.qosClass, 'Burstable');
    const path = `burstable/pod${uid}`;
    assert.equal(cgroup(node, path, ['memory.limit_in_bytes', 'memory.max']), String(32 * 2 ** 20));
    const quota = cgroup(node, path, ['cpu.cfs_quota_us', 'cpu.max']);
    assert.ok(quota === '20000' || quota === '20000 100000', quota);
    const shares = cgroup(node, path, ['cpu.shares', 'cpu.weight']);
    assert.ok(shares === '102' || shares === '4', shares);
  });

  test('an edited ConfigMap is in the container’s file within a second; Secrets are in memory', async () => {
    await using node = new TestNode('volumes');
    const map = (text: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'page' }, data: { text } });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, stringData: { key: 'k' } };
    node.write('page.json', map('one'));
    node.write('key.json', JSON.stringify(secret));
    const mounts = ['page', 'key', 'memory'].map((name) => ({ name, mountPath: `/${name}` }));
    node.write(
      'reader.json',
      pod('reader', {
        containers: [container('main', idle, { volumeMounts: mounts })],
        volumes: [
          { name: 'page', configMap: { name: 'page' } },
          { name: 'key', secret: { secretName: 'key', defaultMode: 0o400 } },
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
        ],
      }),
    );
    node.start();
    const [row] = await node.ready(1);
    const volume = join(node.dir, 'root/pods', row?.uid ?? '', 'volumes/kubernetes.io~configmap/page/text');
    assert.equal(readFileSync(volume, 'utf8'), 'one');
    const written = performance.now();
    node.write('page.json', map('two'));
    await node.until('the file has changed', () => readFileSync(volume, 'utf8') === 'two', 5000);
    const took = performance.now() - written;
    assert.ok(took < 1000, `it took ${took} ms`);
    const inside = node.run('exec', 'reader', '--', 'sh', '-c', 'cat /page/text; stat -c %a /key/..data/key; mount');
    assert.match(inside, /^two400\n/);
    assert.match(inside, /tmpfs on \/memory type tmpfs .*size=1024k/);
    assert.match(inside, /tmpfs on \/key type tmpfs/);
  });

  test('hooks, grace and order: init containers, postStart, preStop, a container that ignores its stop signal', async () => {
    await using node = new TestNode('hooks');
    const volumeMounts = [{ name: 'witness', mountPath: '/w' }];
    const say = (word: string): string => `echo ${word} >> /w/said`;
    node.write(
      'hooks.json',
      pod('hooks', {
        terminationGracePeriodSeconds: 3,
        initContainers: [
          container('one', `sleep 0.5; ${say('one')}`, { volumeMounts }),
          container('two', say('two'), { volumeMounts }),
        ],
        containers: [
          container('first', `${say('first')}; trap "${say('stopped')}; exit 0" TERM; sleep 100000 & wait`, {
            volumeMounts,
            lifecycle: {
              postStart: { exec: { command: ['sh', '-c', `sleep 0.5; ${say('postStart')}`] } },
              preStop: { exec: { command: ['sh', '-c', `sleep 0.5; ${say('preStop')}`] } },
            },
          }),
          container('deaf', `${say('deaf')}; trap "" TERM; while true; do sleep 1; done`, { volumeMounts }),
        ],
        volumes: [{ name: 'witness', hostPath: { path: node.witness } }],
      }),
    );
    node.start();
    await node.ready(1);
    const said = (): readonly string[] => readFileSync(join(node.witness, 'said'), 'utf8').trim().split('\n');
    await node.until('all have begun', () => said().length === 5);
    assert.deepEqual(said(), ['one', 'two', 'first', 'postStart', 'deaf']);
    const removed = performance.now();
    node.remove('hooks.json');
    await node.until('the pod is gone', () => node.state()?.pods.length === 0);
    const took = (performance.now() - removed) / 1000;
    assert.deepEqual(said().slice(5), ['preStop', 'stopped']);
    assert.ok(took > 2.5 && took < 6, `the grace of 3 s was kept: ${took}`);
  });

  test('ports: a pod is reached by its address and by hostPort, and one on the host’s network has the node’s address', async () => {
    await using node = new TestNode('ports');
    const hostPort = 20_000 + (process.pid % 10_000);
    const serve = 'mkdir -p /www; echo hello > /www/index.html; exec httpd -f -p 8080 -h /www';
    node.write(
      'web.json',
      pod('web', { containers: [container('main', serve, { ports: [{ containerPort: 8080, hostPort }] })] }),
    );
    node.write('host.json', pod('host', { hostNetwork: true, containers: [container('main', idle)] }));
    node.start();
    await node.ready(2);
    const web = find(node, 'web');
    const host = find(node, 'host');
    assert.equal(host?.status.podIP, host?.status.hostIP);
    assert.match(await get(web?.ip ?? '', 8080), /hello/);
    assert.match(await get(host?.status.hostIP ?? '', hostPort), /hello/);
  });

  test('a failing job is tried again under OnFailure, with its back-off told, and its earlier log is kept', async () => {
    await using node = new TestNode('job');
    const script = '[ -e /state/tried ] && echo second && exit 0; touch /state/tried; echo first; exit 3';
    const volumeMounts = [{ name: 'state', mountPath: '/state' }];
    node.write(
      'job.json',
      pod('job', {
        restartPolicy: 'OnFailure',
        containers: [container('main', script, { volumeMounts })],
        volumes: [{ name: 'state', emptyDir: {} }],
      }),
    );
    node.start();
    const row = await phase(node, 'job', 'Succeeded');
    assert.equal(row.restarts, 1);
    assert.equal(row.status.containerStatuses[0]?.lastState.terminated?.exitCode, 3);
    assert.equal(node.run('logs', 'job'), 'second\n');
    assert.equal(node.run('logs', '-p', 'job'), 'first\n');
    node.remove('job.json');
    await node.until('the pod is gone', () => node.state()?.pods.length === 0);
    assert.deepEqual(readdirSync(join(node.dir, 'root/pods')), []);
    assert.deepEqual(readdirSync(join(node.dir, 'podlogs')), []);
  });

  test('a bad file changes nothing that runs, and is shown with its line', async () => {
    await using node = new TestNode('bad');
    node.write('good.yaml', pod('good', { containers: [container('main', idle)] }));
    node.start();
    const [before] = await node.ready(1);
    node.write(
      'good.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: good}\nspec: {containers: [{name: x, imag: y}]}\n',
    );
    const problem = await node.until('the file is refused', () => node.problems().find(({ warning }) => !warning));
    assert.equal(problem.line, 4);
    assert.match(problem.reason, /imag/);
    const [after] = await node.ready(1);
    assert.equal(after?.uid, before?.uid);
    assert.deepEqual(after?.containers, before?.containers);
  });
});

function get(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('end', () => resolve(text));
    socket.once('error', reject);
  });
}
