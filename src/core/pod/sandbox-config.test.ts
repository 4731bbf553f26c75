import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pod, PodSpec } from '../../kube/pod.ts';
import { containerSpec, nodeView, podSpec, wantedPod } from '../../testing/specs.ts';
import { podDns } from './dns.ts';
import { hostname } from './hostname.ts';
import { hostsFile } from './hosts-file.ts';
import { sandboxConfig } from './sandbox-config.ts';

const node = nodeView();

function configOf(spec: Partial<PodSpec>, metadata: Partial<Pod['metadata']> = {}) {
  return sandboxConfig(wantedPod(podSpec(spec, metadata)), 3, node);
}

suite('sandboxConfig()', () => {
  test('carries identity, labels and the folder of logs', () => {
    const config = configOf({}, { labels: { app: 'web', 'io.kubernetes.pod.name': 'forged' } });
    assert.deepEqual(config.labels, {
      app: 'web',
      'io.kubernetes.pod.name': 'web',
      'io.kubernetes.pod.namespace': 'default',
      'io.kubernetes.pod.uid': 'u1',
    });
    assert.deepEqual([config.attempt, config.hostname, config.runtimeHandler], [3, 'web', '']);
    assert.equal(config.logDirectory, '/var/log/pods/default_web_u1');
    assert.equal(config.cgroupParent, '/kubepods/besteffort/podu1');
    assert.deepEqual(config.seccomp, { type: 'RuntimeDefault' });
  });

  test('passes annotations on, but not those that would set what the runtime is made of', () => {
    const annotations = {
      'kubernetes.io/ingress-bandwidth': '1M',
      'org.systemd.property.Slice': "'x'",
      'io.kubernetes.cri.sandbox-id': 'x',
    };
    assert.deepEqual(configOf({}, { annotations }).annotations, { 'kubernetes.io/ingress-bandwidth': '1M' });
  });

  test('maps host ports of main containers only, each once', () => {
    const ports = [
      { name: 'http', containerPort: 80, hostPort: 8080, protocol: 'TCP' },
      { name: 'http', containerPort: 81, hostPort: 8081, protocol: 'TCP' },
      { containerPort: 53, hostPort: 53, hostIP: '127.0.0.1', protocol: 'UDP' },
      { containerPort: 53, hostPort: 53, hostIP: '127.0.0.1', protocol: 'UDP' },
      { containerPort: 9, protocol: 'TCP' },
    ] as const;
    const containers = [containerSpec('c', { ports })];
    const initContainers = [containerSpec('i', { ports: [{ containerPort: 1, hostPort: 1, protocol: 'TCP' }] })];
    assert.deepEqual(configOf({ containers, initContainers }).portMappings, [
      { protocol: 'TCP', containerPort: 80, hostPort: 8080, hostIp: '' },
      { protocol: 'UDP', containerPort: 53, hostPort: 53, hostIp: '127.0.0.1' },
    ]);
    assert.deepEqual(configOf({ containers, hostNetwork: true }).portMappings, []);
  });

  const namespaces: readonly (readonly [string, Partial<PodSpec>, readonly string[]])[] = [
    ['by default', {}, ['POD', 'CONTAINER', 'POD']],
    ['with shared processes', { shareProcessNamespace: true }, ['POD', 'POD', 'POD']],
    ['with the host’s', { hostNetwork: true, hostPID: true, hostIPC: true }, ['NODE', 'NODE', 'NODE']],
  ];
  for (const [name, spec, [network, pid, ipc]] of namespaces) {
    test(`namespaces ${name}`, () => assert.deepEqual(configOf(spec).namespaces, { network, pid, ipc }));
  }

  test('a pod on the host’s network has no host name of its own', () => {
    assert.equal('hostname' in configOf({ hostNetwork: true }), false);
  });

  test('is privileged when any container is, and gives users, groups and sysctls', () => {
    const config = configOf({
      initContainers: [containerSpec('i', { securityContext: { privileged: true } })],
      securityContext: {
        runAsUser: 1,
        runAsGroup: 2,
        fsGroup: 3,
        supplementalGroups: [4],
        sysctls: [
          { name: 'net.ipv4.tcp_syncookies', value: '1' },
          { name: 'net/ipv4/conf/eth0.1/forwarding', value: '0' },
        ],
      },
    });
    assert.deepEqual([config.privileged, config.runAsUser, config.runAsGroup], [true, 1, 2]);
    assert.deepEqual(config.supplementalGroups, [3, 4]);
    assert.deepEqual(config.sysctls, { 'net.ipv4.tcp_syncookies': '1', 'net.ipv4.conf.eth0/1.forwarding': '0' });
  });

  test('sums resources and overhead', () => {
    const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } };
    const config = configOf({
      containers: [containerSpec('a', { resources }), containerSpec('b', { resources })],
      overhead: { cpu: '250m', memory: '120Mi' },
    });
    assert.deepEqual(config.resources, {
      cpuShares: 1024,
      cpuQuota: 200_000,
      cpuPeriod: 100_000,
      memoryLimit: 2 ** 31,
    });
    assert.deepEqual(config.overhead, {
      cpuShares: 256,
      cpuQuota: 25_000,
      cpuPeriod: 100_000,
      memoryLimit: 120 * 2 ** 20,
    });
  });
});

suite('hostname()', () => {
  const long = 'a'.repeat(62);
  const rows: readonly (readonly [string, Pod, string, string])[] = [
    ['is the pod’s name', podSpec(), 'web', ''],
    ['is spec.hostname', podSpec({ hostname: 'h' }), 'h', ''],
    ['has a domain with a subdomain', podSpec({ subdomain: 's' }), 'web', 's.default.svc.cluster.local'],
    ['is cut to 63 characters', podSpec({}, { name: `${long}bcd` }), `${long}b`, ''],
    ['does not end with a dash or dot', podSpec({}, { name: `${long.slice(1)}-.xyz` }), long.slice(1), ''],
  ];
  for (const [name, pod, short, domain] of rows) {
    test(name, () => assert.deepEqual(hostname(pod, node), { name: short, domain }));
  }
});

suite('hostsFile()', () => {
  test('names the pod at its addresses, then the aliases', () => {
    const pod = podSpec({ subdomain: 's', hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] });
    const text = hostsFile(pod, ['10.244.0.5', 'fd00::5'], node);
    assert.equal(
      text,
      [
        '# Kubernetes-managed hosts file.',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'fe00::0\tip6-mcastprefix',
        'fe00::1\tip6-allnodes',
        'fe00::2\tip6-allrouters',
        '10.244.0.5\tweb.s.default.svc.cluster.local\tweb',
        'fd00::5\tweb.s.default.svc.cluster.local\tweb',
        '',
        '# Entries added by HostAliases.',
        '1.2.3.4\ta\tb',
        '',
      ].join('\n'),
    );
  });

  test('is a copy of the node’s with the host’s network', () => {
    const pod = podSpec({ hostNetwork: true });
    assert.equal(hostsFile(pod, [], node), '# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n');
  });
});

suite('podDns()', () => {
  const cluster = {
    servers: ['10.96.0.10'],
    searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'lan'],
    options: ['ndots:5'],
  };
  const host = node.dns.host;
  const none = { servers: [], searches: [], options: [] };
  const bare = nodeView({ dns: { clusterServers: [], clusterDomain: '', host: none } });
  const rows: readonly (readonly [string, Partial<PodSpec>, unknown])[] = [
    ['ClusterFirst', {}, cluster],
    ['ClusterFirst on the host’s network', { hostNetwork: true }, host],
    ['ClusterFirstWithHostNet', { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, cluster],
    ['Default', { dnsPolicy: 'Default' }, host],
    ['None', { dnsPolicy: 'None' }, none],
    [
      'dnsConfig on top, each once, options by name',
      {
        dnsConfig: {
          nameservers: ['10.96.0.10', '9.9.9.9'],
          searches: ['lan', 'own'],
          options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
        },
      },
      {
        servers: ['10.96.0.10', '9.9.9.9'],
        searches: [...cluster.searches, 'own'],
        options: ['ndots:2', 'edns0'],
      },
    ],
  ];
  for (const [name, spec, expected] of rows) {
    test(name, () => assert.deepEqual(podDns(podSpec(spec), node), expected));
  }

  test('a cluster without DNS gives the host’s settings, and a host without any gives loopback', () => {
    assert.deepEqual(podDns(podSpec(), nodeView({ dns: { ...node.dns, clusterServers: [] } })), host);
    const loopback = { servers: ['127.0.0.1'], searches: ['.'], options: [] };
    assert.deepEqual(podDns(podSpec(), bare), loopback);
    assert.deepEqual(podDns(podSpec(), { ...bare, ips: ['fd00::9'] }).servers, ['::1']);
  });

  test('is cut to what resolvers read: 3 servers, 32 searches, 2048 characters, none above 253', () => {
    const nameservers = ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'];
    const dns = (searches: readonly string[]) =>
      podDns(podSpec({ dnsPolicy: 'None', dnsConfig: { nameservers, searches } }), node);
    const short = Array.from({ length: 40 }, (_, at) => `d${at}`);
    assert.deepEqual(dns([]).servers, nameservers.slice(0, 3));
    assert.equal(dns(short).searches.length, 32);
    assert.deepEqual(dns(['x'.repeat(254), 'ok']).searches, ['ok']);
    const long = Array.from({ length: 10 }, (_, at) => `${at}${'x'.repeat(249)}`);
    assert.equal(dns(long).searches.length, 8);
  });
});
