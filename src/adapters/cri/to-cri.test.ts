import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ContainerConfig, SandboxConfig } from '../../core/pod/runtime-config.ts';
import * as container from './generated/container.pb.ts';
import * as sandbox from './generated/sandbox.pb.ts';
import { containerConfigOf, podSandboxConfigOf } from './to-cri.ts';

const sandboxConfig: SandboxConfig = {
  name: 'web',
  namespace: 'shop',
  uid: 'u1',
  attempt: 1,
  hostname: 'web',
  logDirectory: '/var/log/pods/shop_web_u1',
  dns: { servers: ['10.0.0.10'], searches: ['svc'], options: ['ndots:5'] },
  portMappings: [{ protocol: 'UDP', containerPort: 53, hostPort: 5353, hostIp: '127.0.0.1' }],
  labels: { a: 'b' },
  annotations: { c: 'd' },
  cgroupParent: '/kubepods/podu1',
  sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
  namespaces: { network: 'NODE', pid: 'POD', ipc: 'NODE' },
  runAsUser: 0,
  supplementalGroups: [5],
  privileged: true,
  seccomp: { type: 'Localhost', localhostRef: '/profile.json' },
  resources: { cpuShares: 1024 },
  overhead: { memoryLimit: 2 ** 40 },
  runtimeHandler: 'kata',
};

const containerConfig: ContainerConfig = {
  name: 'c',
  attempt: 2,
  image: 'sha256:1',
  userSpecifiedImage: 'busybox',
  command: ['sh'],
  args: ['-c', 'x'],
  workingDir: '/w',
  env: [{ key: 'K', value: 'ü' }],
  mounts: [{ containerPath: '/c', hostPath: '/h', readonly: true, propagation: 'HOST_TO_CONTAINER' }],
  labels: {},
  annotations: {},
  logPath: 'c/2.log',
  stdin: true,
  stdinOnce: true,
  tty: true,
  resources: {
    cpuPeriod: 100_000,
    cpuQuota: 50_000,
    memoryLimit: 1,
    memorySwapLimit: 2,
    oomScoreAdj: -997,
    unified: { x: 'y' },
  },
  security: {
    privileged: false,
    namespaces: { network: 'POD', pid: 'CONTAINER', ipc: 'POD' },
    runAsUsername: 'web',
    runAsGroup: 7,
    supplementalGroups: [9],
    readonlyRootfs: true,
    noNewPrivs: true,
    capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
    seccomp: { type: 'Unconfined' },
  },
};

suite('messages to the runtime', () => {
  test('podSandboxConfigOf() keeps every field over the wire', () => {
    const message = sandbox.PodSandboxConfig.decode(
      sandbox.PodSandboxConfig.encode(podSandboxConfigOf(sandboxConfig)).finish(),
    );
    assert.deepEqual(message.metadata, { name: 'web', uid: 'u1', namespace: 'shop', attempt: 1 });
    assert.equal(message.hostname, 'web');
    assert.deepEqual(message.dnsConfig, sandboxConfig.dns);
    assert.deepEqual(message.portMappings, [
      { protocol: sandbox.Protocol.UDP, containerPort: 53, hostPort: 5353, hostIp: '127.0.0.1' },
    ]);
    assert.deepEqual(message.linux?.sysctls, sandboxConfig.sysctls);
    assert.equal(message.linux?.cgroupParent, '/kubepods/podu1');
    assert.equal(message.linux?.resources?.cpuShares, 1024n);
    assert.equal(message.linux?.overhead?.memoryLimitInBytes, 2n ** 40n);
    const security = message.linux?.securityContext;
    assert.deepEqual(security?.runAsUser, { value: 0n }, 'root is asked for');
    assert.equal(security?.runAsGroup, undefined, 'nothing is asked for');
    assert.deepEqual(security?.supplementalGroups, [5n]);
    assert.equal(security?.privileged, true);
    assert.deepEqual(security?.seccomp, { profileType: 2, localhostRef: '/profile.json' });
    assert.equal(security?.namespaceOptions?.network, 2);
    assert.equal(security?.namespaceOptions?.pid, 0);
  });

  test('containerConfigOf() keeps every field over the wire', () => {
    const message = container.ContainerConfig.decode(
      container.ContainerConfig.encode(containerConfigOf(containerConfig)).finish(),
    );
    assert.deepEqual(message.metadata, { name: 'c', attempt: 2 });
    assert.equal(message.image?.image, 'sha256:1');
    assert.equal(message.image?.userSpecifiedImage, 'busybox');
    assert.deepEqual([message.command, message.args, message.workingDir], [['sh'], ['-c', 'x'], '/w']);
    assert.deepEqual(
      message.envs.map(({ key, value }) => [key, Buffer.from(value).toString()]),
      [['K', 'ü']],
    );
    assert.equal(message.mounts[0]?.hostPath, '/h');
    assert.equal(message.mounts[0]?.readonly, true);
    assert.equal(message.mounts[0]?.propagation, container.MountPropagation.PROPAGATION_HOST_TO_CONTAINER);
    assert.deepEqual([message.stdin, message.stdinOnce, message.tty], [true, true, true]);
    assert.equal(message.linux?.resources?.oomScoreAdj, -997n);
    assert.equal(message.linux?.resources?.memorySwapLimitInBytes, 2n);
    assert.deepEqual(message.linux?.resources?.unified, { x: 'y' });
    const security = message.linux?.securityContext;
    assert.equal(security?.runAsUsername, 'web');
    assert.equal(security?.runAsUser, undefined);
    assert.deepEqual(security?.runAsGroup, { value: 7n });
    assert.deepEqual(security?.capabilities, { addCapabilities: ['NET_ADMIN'], dropCapabilities: ['ALL'] });
    assert.deepEqual([security?.readonlyRootfs, security?.noNewPrivs], [true, true]);
    assert.equal(security?.seccomp?.profileType, 1);
  });
});
