import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Config, nodeName, podCapacity } from './config.ts';
import type { Command } from './defaults.ts';
import type { ConfigFiles } from './documents.ts';
import { fields } from './fields.ts';
import { flags } from './flags.ts';
import { type Faulty, type Loaded, loadConfig } from './load.ts';
import { originsOf, plain } from './located.ts';
import { formatConfigError } from './problem.ts';
import { renderConfig } from './render.ts';

const kubelet = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n';
const nodelet = 'apiVersion: nodelet.dev/v1alpha1\nkind: NodeletConfiguration\n';

/** Files by path; whatever lies below a listed folder is in it. */
function filesOf(contents: Readonly<Record<string, string>>): ConfigFiles {
  return {
    workingDirectory: '/work-here',
    readFile: (path) => {
      const text = contents[path];
      if (text === undefined) throw new Error(`ENOENT: no such file: ${path}`);
      return text;
    },
    list: (directory) => {
      const below = Object.keys(contents).filter((path) => path.startsWith(`${directory}/`));
      const names = new Map(
        below.map((path) => {
          const [name = '', ...rest] = path.slice(directory.length + 1).split('/');
          return [name, rest.length > 0] as const;
        }),
      );
      if (names.size === 0) throw new Error(`ENOENT: no such folder: ${directory}`);
      // The order of the disk is not that of the alphabet.
      return [...names].reverse().map(([name, isDirectory]) => ({ name, isDirectory }));
    },
  };
}

function load(
  argv: readonly string[],
  contents: Readonly<Record<string, string>> = {},
  command: Command = 'run',
): Loaded | Faulty {
  return loadConfig(argv, filesOf(contents), command);
}

function loaded(
  argv: readonly string[],
  contents: Readonly<Record<string, string>> = {},
  command: Command = 'run',
): Loaded {
  const result = load(argv, contents, command);
  if ('errors' in result) assert.fail(result.errors.map(formatConfigError).join('\n'));
  return result;
}

function configOf(
  argv: readonly string[],
  contents: Readonly<Record<string, string>> = {},
  command: Command = 'run',
): Config {
  return loaded(argv, contents, command).config;
}

function errorsOf(
  argv: readonly string[],
  contents: Readonly<Record<string, string>> = {},
  command: Command = 'run',
): readonly string[] {
  const result = load(argv, contents, command);
  return 'errors' in result ? result.errors.map(formatConfigError) : [];
}

/** A KubeletConfiguration alone, given by --config. */
function fromFile(yaml: string, ...argv: string[]): readonly [readonly string[], Record<string, string>] {
  return [['--config=/k.yaml', ...argv], { '/k.yaml': `${kubelet}${yaml}` }];
}

function effective({ origins }: Loaded, path: string): { value: unknown; from: readonly string[] } {
  const setting = origins.find(({ keys }) => keys.join('.') === path);
  assert.ok(setting, path);
  return { value: plain(setting.value), from: originsOf(setting.value) };
}

suite('loadConfig() layers', () => {
  const contents = {
    '/k.yaml': `${kubelet}maxPods: 10\npodsPerCore: 1\nhealthzPort: 1111\nclusterDomain: file\nkubeReserved: {cpu: "1", memory: 1Gi}\nclusterDNS: [10.0.0.1]\n`,
    '/d/10-first.conf': `${kubelet}maxPods: 20\npodsPerCore: 2\nhealthzPort: 2222\nkubeReserved: {memory: 2Gi}\nclusterDNS: [10.0.0.2]\n`,
    '/d/20-sub/05.conf': `${kubelet}maxPods: 30\npodsPerCore: 3\n`,
    '/d/30-last.conf': `${kubelet}maxPods: 40\n`,
    '/d/ignored.yaml': 'maxPods: [wrong',
    '/d/.conf.swp': 'maxPods: [wrong',
  };
  const all = ['--config=/k.yaml', '--config-dir=/d'];

  test('defaults stand under the file, the file under the drop-ins in their order, those under the flags', () => {
    const result = loaded([...all, '--max-pods=50'], contents);
    assert.deepEqual(effective(result, 'maxPods'), { value: 50, from: ['--max-pods'] });
    assert.deepEqual(effective(result, 'podsPerCore'), { value: 3, from: ['drop-in /d/20-sub/05.conf:4'] });
    assert.deepEqual(effective(result, 'healthzPort'), { value: 2222, from: ['drop-in /d/10-first.conf:5'] });
    assert.deepEqual(effective(result, 'clusterDomain'), { value: 'file', from: ['/k.yaml:6'] });
    assert.deepEqual(effective(result, 'port'), { value: 10_250, from: ['default'] });
  });

  test('drop-ins merge maps key by key, and replace lists', () => {
    const result = loaded(all, contents);
    assert.deepEqual(effective(result, 'kubeReserved'), {
      value: { cpu: '1', memory: '2Gi' },
      from: ['/k.yaml:7', 'drop-in /d/10-first.conf:6'],
    });
    assert.deepEqual(result.config.pods.clusterDns, ['10.0.0.2']);
  });

  test('a flag replaces a map as a whole', () => {
    const { config } = loaded([...all, '--kube-reserved=cpu=2'], contents);
    assert.deepEqual(config.reserved.kube, { cpu: 2000, memory: 0, ephemeralStorage: 0, pids: 0 });
  });

  test('feature gates of file, drop-in and flag are merged gate by gate', () => {
    const result = loaded([...all, '--feature-gates=QOSReserved=true,MemoryQoS=false'], {
      '/k.yaml': `${kubelet}featureGates: {MemoryQoS: true, EventedPLEG: true}\n`,
      '/d/a.conf': `${kubelet}featureGates: {EventedPLEG: false}\n`,
    });
    assert.deepEqual(effective(result, 'featureGates').value, {
      MemoryQoS: false,
      EventedPLEG: false,
      QOSReserved: true,
    });
  });

  test('null in a drop-in takes back what the file says', () => {
    const result = loaded(all, { '/k.yaml': `${kubelet}maxPods: 10\n`, '/d/a.conf': `${kubelet}maxPods: null\n` });
    assert.deepEqual(effective(result, 'maxPods'), { value: 110, from: ['default'] });
  });

  test('zero means the default in a file, where the API has it so, and itself in a flag', () => {
    const yaml = 'maxPods: 0\nsyncFrequency: 0s\ncgroupDriver: ""\nhealthzPort: 0\nregistryPullQPS: 0\n';
    const result = loaded(...fromFile(yaml));
    assert.equal(effective(result, 'maxPods').value, 110);
    assert.equal(effective(result, 'syncFrequency').value, '1m0s');
    assert.equal(effective(result, 'cgroupDriver').value, 'cgroupfs');
    assert.equal(effective(result, 'registryPullQPS').value, 0);
    assert.equal(result.config.health.port, undefined);
    assert.equal(configOf(['--max-pods=0']).node.maxPods, 0);
  });

  test('both kinds of document may stand in the file, and in drop-ins', () => {
    const config = configOf([...all], {
      '/k.yaml': `${kubelet}maxPods: 7\n---\n${nodelet}startSlots: 2\nnetwork: {bridge: br1}\n`,
      '/d/a.conf': `${nodelet}network: {hostPorts: false}\n`,
    });
    assert.equal(config.node.maxPods, 7);
    assert.equal(config.pods.startSlots, 2);
    assert.equal(config.network.bridge, 'br1');
    assert.deepEqual(config.network.plugins, ['bridge']);
  });

  test('relative paths are relative to the file that says them, in flags to the working directory', () => {
    const contents = { '/etc/k/c.yaml': `${kubelet}staticPodPath: manifests\nresolvConf: resolv.conf\n` };
    const { pods, dirs } = configOf(['--config=/etc/k/c.yaml', '--root-dir=state'], contents);
    assert.deepEqual([...pods.manifestPaths, pods.resolvConf], ['/etc/k/manifests', '/etc/k/resolv.conf']);
    assert.equal(dirs.root, '/work-here/state');
  });
});

suite('loadConfig() values', () => {
  test('nodelet run alone: the defaults, on the usual runtime', () => {
    const config = configOf([]);
    assert.deepEqual(config.runtime, {
      kind: 'external',
      endpoint: 'unix:///run/containerd/containerd.sock',
      imageEndpoint: 'unix:///run/containerd/containerd.sock',
      requestTimeout: 120_000,
    });
    assert.deepEqual(config.node, { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: true, failCgroupV1: true });
    assert.equal(config.dirs.root, '/var/lib/kubelet');
    assert.deepEqual(config.health, { address: '127.0.0.1', port: 10_248 });
    assert.deepEqual(config.images, { parallelPulls: 1 });
  });

  test('nodelet up: an embedded runtime, and what suits a machine of one’s own', () => {
    const config = configOf(['examples', '-v', '2'], {}, 'up');
    assert.equal(config.runtime.kind, 'embedded');
    assert.equal(config.dirs.root, '/var/lib/nodelet');
    assert.deepEqual([config.node.failSwapOn, config.node.failCgroupV1], [false, false]);
    assert.deepEqual(config.pods.manifestPaths, ['/work-here/examples']);
    assert.equal(config.network.cniConfDir, '/var/lib/nodelet/cni/net.d');
    assert.deepEqual(config.images, { parallelPulls: 4 });
    assert.equal(config.logging.verbosity, 2);
  });

  test('nodelet up with an endpoint uses that runtime', () => {
    const config = configOf(['examples', '--container-runtime-endpoint=/run/c.sock'], {}, 'up');
    assert.equal(config.runtime.kind === 'external' && config.runtime.endpoint, 'unix:///run/c.sock');
  });

  test('nodelet up takes its folder from staticPodPath as well, but needs one', () => {
    assert.deepEqual(configOf(['--pod-manifest-path=/m'], {}, 'up').pods.manifestPaths, ['/m']);
    assert.deepEqual(errorsOf([], {}, 'up'), ['DIR: expected a folder or file of manifests, got nothing']);
  });

  test('nodelet run with a runtime section starts the embedded runtime', () => {
    const { runtime } = configOf(['--config=/n.yaml'], {
      '/n.yaml': `${nodelet}runDir: /run/n\nruntime: {containerdPath: /opt/containerd, sandboxImage: "local/pause:1", restrictOOMScoreAdj: true}\n`,
    });
    assert.deepEqual(runtime, {
      kind: 'embedded',
      containerdPath: '/opt/containerd',
      rootDir: '/var/lib/kubelet/containerd',
      stateDir: '/run/n/containerd',
      sandboxImage: 'local/pause:1',
      restrictOomScoreAdj: true,
      oomScore: 0,
      requestTimeout: 120_000,
    });
  });

  test('the historic network flags set the network', () => {
    const argv = ['d', '--network-plugin=', '--cni-conf-dir=/c', '--cni-bin-dir=/b'];
    const { network } = configOf(argv, {}, 'up');
    assert.deepEqual([network.plugin, network.cniConfDir, network.cniBinDir], ['none', '/c', '/b']);
  });

  test('podCIDR is the network of the embedded runtime', () => {
    assert.equal(configOf(['d', '--pod-cidr=10.9.0.0/16'], {}, 'up').network.podCidr, '10.9.0.0/16');
  });

  test('safe defaults hold however it is started', () => {
    const partial = {
      '/k.yaml': `${kubelet}authentication: {x509: {clientCAFile: /ca}}\nauthorization: {webhook: {cacheAuthorizedTTL: 1m}}\nreadOnlyPort: 0\n`,
    };
    for (const result of [loaded([]), loaded(['--config=/k.yaml'], partial), loaded(['d'], {}, 'up')]) {
      assert.equal(effective(result, 'authentication.anonymous.enabled').value, false);
      assert.equal(effective(result, 'authentication.webhook.enabled').value, true);
      assert.equal(effective(result, 'authorization.mode').value, 'Webhook');
      assert.equal(effective(result, 'readOnlyPort').value, 0);
    }
  });

  test('an eviction set that is given in part replaces the default, unless it is to be merged', () => {
    const yaml = 'evictionHard: {memory.available: 200Mi}\n';
    assert.deepEqual(configOf(...fromFile(yaml)).reserved.evictionHard, [
      { signal: 'memory.available', amount: 209_715_200 },
    ]);
    const merged = configOf(...fromFile(`${yaml}mergeDefaultEvictionSettings: true\n`)).reserved.evictionHard;
    assert.equal(merged.length, 5);
    assert.deepEqual(merged[0], { signal: 'memory.available', amount: 209_715_200 });
    assert.deepEqual(merged[1], { signal: 'nodefs.available', percent: 10 });
  });

  test('reserved amounts are read exactly', () => {
    const { reserved } = configOf(
      ...fromFile('systemReserved: {cpu: 250m, memory: 1.5Gi, ephemeral-storage: 1G, pid: "1000"}\n'),
    );
    assert.deepEqual(reserved.system, { cpu: 250, memory: 1_610_612_736, ephemeralStorage: 1e9, pids: 1000 });
  });

  test('maxParallelImagePulls turns serial pulls off by default', () => {
    assert.equal(configOf(...fromFile('maxParallelImagePulls: 5\n')).images.parallelPulls, 5);
    const one = loaded(...fromFile('maxParallelImagePulls: 1\n'));
    assert.equal(effective(one, 'serializeImagePulls').value, true);
    assert.equal(configOf(['--serialize-image-pulls=false']).images.parallelPulls, Number.POSITIVE_INFINITY);
  });

  test('a negative podPidsLimit is none', () => {
    assert.equal(configOf(['--pod-max-pids=-5']).cgroups.podPidsLimit, undefined);
    assert.equal(configOf(['--pod-max-pids=100']).cgroups.podPidsLimit, 100);
  });

  test('nodeName() takes the override, trimmed and in lower case, else the host’s name', () => {
    const { node } = configOf(['--hostname-override= Node-1 ']);
    assert.equal(nodeName(node, 'HOST'), 'node-1');
    assert.equal(nodeName(configOf([]).node, ' HOST.local '), 'host.local');
  });

  test('podCapacity() is the lesser of maxPods and podsPerCore times the cores', () => {
    const { node } = configOf(['--max-pods=100', '--pods-per-core=10']);
    assert.deepEqual([podCapacity(node, 4), podCapacity(node, 64), podCapacity(configOf([]).node, 1)], [40, 100, 110]);
  });

  test('the configuration is frozen all the way down', () => {
    const { reserved } = configOf([]);
    assert.ok(Object.isFrozen(reserved.evictionHard[0]) && Object.isFrozen(reserved.kube));
  });
});

suite('loadConfig() on files that are in use', () => {
  // The fields and zeros that cluster installers write; `cgroupfs` instead of their usual `systemd`.
  const installed = `${kubelet}authentication:
  anonymous: {enabled: false}
  webhook: {cacheTTL: 0s, enabled: true}
  x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}
authorization:
  mode: Webhook
  webhook: {cacheAuthorizedTTL: 0s, cacheUnauthorizedTTL: 0s}
cgroupDriver: cgroupfs
cgroupRoot: /kubelet
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
containerRuntimeEndpoint: ""
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionHard: {imagefs.available: 0%, nodefs.available: 0%, nodefs.inodesFree: 0%}
evictionPressureTransitionPeriod: 0s
failSwapOn: false
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageGCHighThresholdPercent: 100
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
logging:
  flushFrequency: 0
  options: {json: {infoBufferSize: "0"}, text: {infoBufferSize: "0"}}
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
resolvConf: /run/systemd/resolve/resolv.conf
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
`;

  test('they are right, and zeros of an installer are no settings', () => {
    const result = loaded(['--config=/k.yaml'], { '/k.yaml': installed });
    const { config } = result;
    assert.deepEqual(config.pods.manifestPaths, ['/etc/kubernetes/manifests']);
    assert.deepEqual(config.pods.clusterDns, ['10.96.0.10']);
    assert.equal(config.cgroups.root, '/kubelet');
    assert.equal(config.runtime.kind, 'external');
    assert.equal(config.runtime.requestTimeout, 120_000);
    assert.equal(effective(result, 'streamingConnectionIdleTimeout').value, '4h0m0s');
    const named = result.notices.map((notice) => notice.split(' ')[0]);
    assert.ok(!named.includes('syncFrequency') && named.includes('rotateCertificates'));
  });

  test('their driver is refused with the line and the remedy', () => {
    const text = installed.replace('cgroupfs', 'systemd');
    assert.match(
      errorsOf(['--config=/k.yaml'], { '/k.yaml': text }).join(),
      /^\/k\.yaml:10: cgroupDriver: expected cgroupfs \(/,
    );
  });
});

suite('loadConfig() notices', () => {
  test('what has no effect is named with its origin and the reason', () => {
    const { notices } = loaded(...fromFile('imageMinimumGCAge: 3m\nmaxPods: 5\n', '--node-labels=a=b'));
    assert.equal(notices.length, 2);
    assert.match(notices[0] ?? '', /^imageMinimumGCAge \(\/k\.yaml:3\) has no effect: ./);
    assert.match(notices[1] ?? '', /^--node-labels has no effect: ./);
  });

  test('every field and flag without effect has its notice when it is set, and acting ones have none', () => {
    assert.deepEqual(loaded(['--max-pods=3', '--root-dir=/x', '--hostname-override=a']).notices, []);
    const quiet = loaded(['--storage-driver-db=x', '--housekeeping-interval=1s', '--event-qps=1']).notices;
    assert.equal(quiet.length, 3);
  });

  test('a value of a field that acts may have no effect', () => {
    const yaml = 'enforceNodeAllocatable: [pods, kube-reserved]\nkubeReservedCgroup: /kube\n';
    assert.match(loaded(...fromFile(yaml)).notices.join('\n'), /enforceNodeAllocatable .*kube-reserved/);
  });

  test('a network for a runtime of somebody else has no effect', () => {
    assert.match(loaded(['--pod-cidr=10.1.0.0/16']).notices.join('\n'), /^podCIDR \(--pod-cidr\) has no effect/);
    assert.deepEqual(loaded(['d', '--pod-cidr=10.1.0.0/16'], {}, 'up').notices, []);
  });

  test('gates that nothing depends on are named, each by itself', () => {
    const { notices } = loaded(['--feature-gates=EventedPLEG=true,CustomCPUCFSQuotaPeriod=true,HPAScaleToZero=true']);
    assert.deepEqual(
      notices.map((notice) => notice.split(' ')[0]),
      ['featureGates.EventedPLEG', 'featureGates.HPAScaleToZero'],
    );
  });
});

suite('loadConfig() faults', () => {
  test('all faults are found at once, of file, drop-in and flags', () => {
    const errors = errorsOf(['--config=/k.yaml', '--config-dir=/d', '--prot=1', '--kubeconfig=/kc'], {
      '/k.yaml': `${kubelet}maxPod: 5\nmaxPods: many\nlogging: {format: xml}\n---\n${nodelet}network: {podCIDR: 10.0.0.0}\n`,
      '/d/a.conf': `${kubelet}healthzPort: 70000\n`,
      '/d/b.conf': 'maxPods: 5\n',
    });
    assert.deepEqual(
      errors.map((error) => error.split(': expected')[0]),
      [
        '--prot',
        '/k.yaml:3: maxPod',
        '/k.yaml:4: maxPods',
        '/k.yaml:5: logging.format',
        '/k.yaml:9: network.podCIDR',
        '/d/a.conf:3: healthzPort',
        '/d/b.conf:1: kind',
        '--kubeconfig',
      ],
    );
  });

  test('a fault in a file is found although a flag says something else', () => {
    assert.equal(errorsOf(...fromFile('maxPods: many\n', '--max-pods=5')).length, 1);
  });

  const documents: readonly [name: string, text: string, error: RegExp][] = [
    ['an empty file', '', /^\/k\.yaml:1: expected a document .* got an empty file$/],
    ['a list', '- 1\n', /^\/k\.yaml:1: expected a document/],
    ['no kind', 'maxPods: 1\n', /kind: expected KubeletConfiguration or NodeletConfiguration, got nothing$/],
    ['another kind', 'kind: KubeletConfig\n', /got "KubeletConfig"; did you mean KubeletConfiguration\?$/],
    [
      'another version',
      'apiVersion: v1\nkind: KubeletConfiguration\n',
      /^\/k\.yaml:1: apiVersion: expected kubelet\.config\.k8s\.io\/v1beta1, got "v1"$/,
    ],
    ['no version', 'kind: NodeletConfiguration\n', /apiVersion: expected nodelet\.dev\/v1alpha1, got nothing$/],
    [
      'a kind twice',
      `${kubelet}---\n${kubelet}`,
      /^\/k\.yaml:4: kind: expected one KubeletConfiguration a file, got another one$/,
    ],
    ['no YAML', `${kubelet}maxPods: {\n`, /^\/k\.yaml:\d+: expected YAML, got text that is none/],
    ['a section that is no map', `${kubelet}logging: text\n`, /^\/k\.yaml:3: logging: expected a map with format/],
    ['a field in the wrong section', `${kubelet}verbosity: 3\n`, /did you mean logging\.verbosity\?$/],
    [
      'a field of the other document',
      `${kubelet}startSlots: 3\n`,
      /did you mean startSlots of NodeletConfiguration\?$/,
    ],
  ];
  for (const [name, text, error] of documents) {
    test(`${name} is reported`, () => {
      const errors = errorsOf(['--config=/k.yaml'], { '/k.yaml': text });
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', error);
    });
  }

  test('a file or folder that cannot be read is reported', () => {
    assert.deepEqual(errorsOf(['--config=/none', '--config-dir=/nowhere']), [
      '/none: expected a file that can be read, got ENOENT: no such file: /none',
      '/nowhere: expected a folder that can be read, got ENOENT: no such folder: /nowhere',
    ]);
  });

  test('arguments that belong to no flag are reported, except for up', () => {
    assert.match(errorsOf(['stray']).join(), /^stray: expected only flags/);
    assert.deepEqual(errorsOf(['stray'], {}, 'up'), []);
  });

  const refusals: readonly [yamlOrFlag: string, path: string][] = [
    ['--kubeconfig=/x', '--kubeconfig'],
    ['--bootstrap-kubeconfig=/x', '--bootstrap-kubeconfig'],
    ['--cgroup-driver=systemd', '--cgroup-driver'],
    ['--network-plugin=kubenet', '--network-plugin'],
    ['--runonce', '--runonce'],
    ['--manifest-url=http://x', '--manifest-url'],
    ['--cloud-provider=aws', '--cloud-provider'],
    ['--windows-service', '--windows-service'],
    ['cgroupDriver: systemd', '/k.yaml:3: cgroupDriver'],
    ['runOnce: true', '/k.yaml:3: runOnce'],
    ['staticPodURL: http://x', '/k.yaml:3: staticPodURL'],
    ['featureGates: {NodeSwap: false}', '/k.yaml:3: featureGates["NodeSwap"]'],
    ['featureGates: {NodeSwop: true}', '/k.yaml:3: featureGates["NodeSwop"]'],
  ];
  for (const [given, path] of refusals) {
    test(`${given} is refused`, () => {
      const errors = given.startsWith('--') ? errorsOf([given]) : errorsOf(...fromFile(`${given}\n`));
      assert.deepEqual(
        errors.map((error) => error.split(': expected')[0]),
        [path],
      );
    });
  }

  test('what is refused may be given with its default', () => {
    assert.deepEqual(
      errorsOf(...fromFile('staticPodURL: ""\nrunOnce: false\n', '--kubeconfig=', '--runonce=false')),
      [],
    );
  });
});

suite('loadConfig() rules over several values', () => {
  const broken: readonly [yaml: string, path: string][] = [
    ['imageGCLowThresholdPercent: 85', 'imageGCLowThresholdPercent'],
    ['imageMaximumGCAge: 1m', 'imageMaximumGCAge'],
    ['systemCgroups: /system', 'systemCgroups'],
    ['serializeImagePulls: true\nmaxParallelImagePulls: 2', 'serializeImagePulls'],
    ['shutdownGracePeriodCriticalPods: 10s', 'shutdownGracePeriodCriticalPods'],
    ['shutdownGracePeriod: 10s\nshutdownGracePeriodByPodPriority: [{priority: 1}]', 'shutdownGracePeriodByPodPriority'],
    ['shutdownGracePeriod: 10s\nfeatureGates: {GracefulNodeShutdown: false}', 'shutdownGracePeriod'],
    ['enforceNodeAllocatable: [pods, pods]', 'enforceNodeAllocatable'],
    ['enforceNodeAllocatable: [pods, none]', 'enforceNodeAllocatable'],
    ['enforceNodeAllocatable: [kube-reserved]', 'enforceNodeAllocatable'],
    [
      'enforceNodeAllocatable: [kube-reserved, kube-reserved-compressible]\nkubeReservedCgroup: /k',
      'enforceNodeAllocatable',
    ],
    ['cgroupsPerQOS: false', 'enforceNodeAllocatable'],
    ['reservedSystemCPUs: 0-1\nkubeReservedCgroup: /k', 'reservedSystemCPUs'],
    ['reservedMemory: [{numaNode: 0, limits: {memory: 1Gi}}, {numaNode: 0, limits: {memory: 1Gi}}]', 'reservedMemory'],
    ['reservedMemory: [{numaNode: 0, limits: {memory: 0Gi}}]', 'reservedMemory'],
    ['evictionSoft: {memory.available: 1Gi}', 'evictionSoft'],
    ['qosReserved: {memory: 50%}', 'qosReserved'],
    ['memoryThrottlingFactor: 0.5', 'memoryThrottlingFactor'],
    ['memoryThrottlingFactor: 0.5\nfeatureGates: {AllBeta: true}', 'memoryThrottlingFactor'],
    ['memoryReservationPolicy: TieredReservation', 'memoryReservationPolicy'],
    ['cpuCFSQuotaPeriod: 20ms\nfeatureGates: {CustomCPUCFSQuotaPeriod: false}', 'cpuCFSQuotaPeriod'],
    ['enableSystemLogQuery: true\nenableSystemLogHandler: false', 'enableSystemLogQuery'],
    ['logging: {format: json, vmodule: [{filePattern: a, verbosity: 1}]}', 'logging.vmodule'],
    ['logging: {options: {json: {splitStream: true}}}', 'logging.options.json.splitStream'],
    ['serverTLSBootstrap: true\nfeatureGates: {RotateKubeletServerCertificate: false}', 'serverTLSBootstrap'],
    ['preloadedImagesVerificationAllowlist: [registry.io/a]', 'preloadedImagesVerificationAllowlist'],
    ['userNamespaces: {idsPerPod: 65537}', 'userNamespaces.idsPerPod'],
    [`podCIDR: 10.1.0.0/16\n---\n${nodelet}network: {podCIDR: 10.2.0.0/16}`, 'network.podCIDR'],
    [`---\n${nodelet}network: {podCIDR: 10.2.0.0/31}`, 'network.podCIDR'],
    [`---\n${nodelet}network: {plugins: [portmap]}`, 'network.plugins'],
    [`imageServiceEndpoint: /run/i.sock\n---\n${nodelet}runtime: {oomScore: 1}`, 'imageServiceEndpoint'],
  ];
  for (const [yaml, path] of broken) {
    test(`${yaml.replaceAll('\n', '; ')} is reported for ${path}`, () => {
      const [error, ...others] = errorsOf(...fromFile(`${yaml}\n`));
      assert.deepEqual(others, []);
      assert.ok(
        error?.includes(`: ${path}: expected `) || error?.startsWith(`${path}: expected `),
        error ?? 'no error',
      );
    });
  }

  const kept: readonly string[] = [
    'imageMaximumGCAge: 1h',
    'cgroupsPerQOS: false\nenforceNodeAllocatable: []',
    'cgroupsPerQOS: false\nenforceNodeAllocatable: [none]',
    'memoryThrottlingFactor: 0.9',
    'memoryThrottlingFactor: 0.5\nfeatureGates: {AllAlpha: true}',
    'qosReserved: {memory: 50%}\nfeatureGates: {QOSReserved: true}',
    'evictionSoft: {memory.available: 1Gi}\nevictionSoftGracePeriod: {memory.available: 1m}',
    'preloadedImagesVerificationAllowlist: [registry.io/a/*]\nimagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages',
    'shutdownGracePeriod: 30s\nshutdownGracePeriodCriticalPods: 10s',
    'tracing: {samplingRatePerMillion: 100}',
    'registerWithTaints: [{key: a/b, value: c, effect: NoSchedule}]',
  ];
  for (const yaml of kept) {
    test(`${yaml.replaceAll('\n', '; ')} is right`, () => assert.deepEqual(errorsOf(...fromFile(`${yaml}\n`)), []));
  }

  test('a rule is not judged over a value that is wrong by itself', () => {
    const errors = errorsOf(...fromFile('imageGCLowThresholdPercent: 90\nimageGCHighThresholdPercent: 950\n'));
    assert.deepEqual(
      errors.map((error) => error.split(':')[2]),
      [' imageGCHighThresholdPercent'],
    );
  });
});

suite('renderConfig()', () => {
  test('behind every value stands where it came from', () => {
    const { config, origins } = loaded(...fromFile('maxPods: 5\nkubeReserved: {cpu: 100m}\n', '--root-dir=/r'));
    const text = renderConfig(config, origins);
    assert.match(text, /^maxPods: 5 +# from \/k\.yaml:3$/m);
    assert.match(text, /^ {2}cpu: "100m" +# from \/k\.yaml:4$|^ {2}cpu: 100m +# from \/k\.yaml:4$/m);
    assert.match(text, /^port: 10250 +# from default$/m);
    assert.match(text, /^# --root-dir=\/r$/m);
  });

  test('what it prints is a configuration, and gives the same one again', () => {
    const yaml = [
      'maxPods: 5',
      'clusterDNS: [10.0.0.1, "fd00::1"]',
      'clusterDomain: "yes"',
      'evictionHard: {nodefs.available: 7.5%}',
      'registerWithTaints: [{key: a, value: "1", effect: NoSchedule}]',
      'featureGates: {EventedPLEG: true}',
      'staticPodURLHeader: {X-Some: [a, "b: c"]}',
      'logging: {vmodule: [{filePattern: "a*", verbosity: 2}]}',
      'reservedMemory: [{numaNode: 0, limits: {memory: 1Gi}}]',
      'providerID: "some # thing"',
    ].join('\n');
    for (const command of ['run', 'up'] as const) {
      const first = loaded(
        ['--config=/k.yaml', '--pod-manifest-path=/m'],
        { '/k.yaml': `${kubelet}${yaml}\n` },
        command,
      );
      const again = loaded(['--config=/r.yaml'], { '/r.yaml': renderConfig(first.config, first.origins) }, command);
      assert.deepEqual(again.config, first.config);
      for (const { path } of fields) {
        const [before, after] = [first, again].map(({ origins }) =>
          origins.find(({ keys }) => keys.join('.') === path),
        );
        assert.deepEqual(after && plain(after.value), before && plain(before.value), path);
      }
    }
  });
});

suite('loadConfig() never throws', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '10Mi',
      '5s',
      '10%',
      '',
      '0',
      'true',
      '10.0.0.1',
      '/a',
      'unix:///x',
      '\0',
      'NodeSwap',
      'pods',
      '__proto__',
    ),
    fc.string(),
  );
  const scalar = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const someValue = fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(fc.oneof(scalar, fc.dictionary(word, scalar, { maxKeys: 3 })), { maxLength: 3 }),
    fc.dictionary(word, fc.oneof(scalar, fc.dictionary(word, scalar, { maxKeys: 2 })), { maxKeys: 3 }),
  );

  function nested(path: string, value: unknown): Record<string, unknown> {
    const [key = '', ...rest] = path.split('.');
    return { [key]: rest.length === 0 ? value : nested(rest.join('.'), value) };
  }

  const setting = fc.tuple(fc.constantFrom(...fields), someValue);
  const document = fc.array(setting, { maxLength: 6 }).map((settings) => {
    const [kind, version] =
      settings[0]?.[0].document === 'NodeletConfiguration'
        ? ['NodeletConfiguration', 'nodelet.dev/v1alpha1']
        : ['KubeletConfiguration', 'kubelet.config.k8s.io/v1beta1'];
    const content = Object.assign({}, ...settings.map(([field, value]) => nested(field.path, value)));
    return JSON.stringify({ apiVersion: version, kind, ...content });
  });
  const flag = fc.tuple(fc.constantFrom(...flags), word).map(([{ name }, text]) => `--${name}=${text}`);

  test('on random values, in file, drop-in and flags: it gives a configuration or errors that name their place', () => {
    fc.assert(
      fc.property(
        document,
        document,
        fc.array(flag, { maxLength: 3 }),
        fc.constantFrom<Command>('run', 'up'),
        (file, dropIn, argv, command) => {
          const result = load(
            ['--config=/k.yaml', '--config-dir=/d', ...argv, ...(command === 'up' ? ['d'] : [])],
            { '/k.yaml': file, '/d/x.conf': dropIn },
            command,
          );
          if (!('errors' in result)) {
            renderConfig(result.config, result.origins);
            return;
          }
          assert.ok(result.errors.length > 0);
          for (const { file: name, line, path, expected, got } of result.errors) {
            assert.ok(path !== '' || name !== undefined);
            assert.ok(name === undefined || line !== undefined || expected.endsWith('can be read'));
            assert.ok(expected !== '' && got !== '');
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('on random text', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        (text) => void load(['--config=/k.yaml'], { '/k.yaml': `${kubelet}${text}` }),
      ),
    );
  });
});
