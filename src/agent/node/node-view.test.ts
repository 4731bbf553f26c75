import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Bytes, MilliCpu } from '../../lib/brand.ts';
import { milliseconds, seconds } from '../../lib/time.ts';
import { FakeMachine } from '../../testing/fake-machine.ts';
import { type AgentConfig, kubepodsLimits, nodeView, resolvConf } from './node-view.ts';

const gib = 2 ** 30;
const amounts = (cpu: number, memory: number): AgentConfig['reserved']['kube'] => ({
  cpu: cpu as MilliCpu,
  memory: memory as Bytes,
  ephemeralStorage: 0 as Bytes,
  pids: 0,
});

function config(change: { readonly [Part in keyof AgentConfig]?: Partial<AgentConfig[Part]> } = {}): AgentConfig {
  return {
    node: { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: false, failCgroupV1: false, ...change.node },
    dirs: { root: '/r', run: '/run', controlSocket: '/run/s', podLogs: '/var/log/pods', ...change.dirs },
    pods: {
      manifestPaths: [],
      fileCheckFrequency: seconds(20),
      clusterDns: ['10.96.0.10'],
      clusterDomain: 'cluster.local',
      resolvConf: '/etc/resolv.conf',
      seccompDefault: false,
      startSlots: 3,
      ...change.pods,
    },
    images: { parallelPulls: 5, ...change.images },
    cgroups: {
      root: '',
      driver: 'cgroupfs',
      perQos: true,
      enforcePods: true,
      cpuCfsQuota: true,
      cpuCfsQuotaPeriod: milliseconds(100),
      ...change.cgroups,
    },
    reserved: { kube: amounts(0, 0), system: amounts(0, 0), evictionHard: [], ...change.reserved },
  };
}

const facts = await new FakeMachine().facts(new AbortController().signal);

suite('nodeView()', () => {
  test('takes what is reserved and the eviction thresholds from what pods may have', () => {
    const reserved = {
      kube: amounts(100, gib),
      system: amounts(200, gib),
      evictionHard: [
        { signal: 'memory.available', amount: gib / 2 } as const,
        { signal: 'nodefs.available', percent: 10 } as const,
      ],
    };
    const { allocatable } = nodeView(config({ reserved }), facts, 'containerd');
    assert.deepEqual(allocatable, { cpu: 1700, memory: 1.5 * gib, ephemeralStorage: 90 * gib, pods: 110 });
  });

  test('counts pods by core when that is the smaller number', () => {
    const { allocatable } = nodeView(config({ node: { podsPerCore: 4 } }), facts, 'containerd');
    assert.equal(allocatable.pods, 8);
  });

  test('puts the tree of pods below the configured cgroup', () => {
    assert.equal(nodeView(config(), facts, 'x').cgroups.root, '/kubepods');
    assert.equal(nodeView(config({ cgroups: { root: '/' } }), facts, 'x').cgroups.root, '/kubepods');
    assert.equal(nodeView(config({ cgroups: { root: '/node' } }), facts, 'x').cgroups.root, '/node/kubepods');
  });

  test('prefers the family that the configured address stands for', () => {
    const both = { ...facts, ips: ['192.0.2.1', '2001:db8::1'] };
    assert.deepEqual(nodeView(config({ node: { ips: ['::'] } }), both, 'x').ips, ['2001:db8::1', '192.0.2.1']);
    assert.deepEqual(nodeView(config({ node: { ips: ['198.51.100.7'] } }), both, 'x').ips, ['198.51.100.7']);
    assert.deepEqual(nodeView(config(), both, 'x').ips, ['192.0.2.1', '2001:db8::1']);
  });

  test('keeps log links beside a pod log folder that stands elsewhere', () => {
    const { directories } = nodeView(config({ dirs: { podLogs: '/srv/logs/pods' } }), facts, 'x');
    assert.equal(directories.containerLogs, '/srv/logs/containers');
    assert.equal(nodeView(config(), facts, 'x').directories.containerLogs, '/var/log/containers');
  });

  test('lets pods inherit nothing from the host when no resolv.conf is configured', () => {
    const { dns } = nodeView(config({ pods: { resolvConf: '' } }), facts, 'x');
    assert.deepEqual(dns.host, { servers: [], searches: [], options: [] });
  });
});

suite('kubepodsLimits()', () => {
  test('holds all pods to the capacity without what is reserved, eviction not counted', () => {
    const reserved = { kube: amounts(100, gib), evictionHard: [{ signal: 'memory.available', amount: gib } as const] };
    assert.deepEqual(kubepodsLimits(config({ reserved }), facts), { cpu: 1900, memory: 3 * gib });
  });

  test('holds them to no memory limit when that is not enforced', () => {
    assert.equal(kubepodsLimits(config({ cgroups: { enforcePods: false } }), facts).memory, -1);
  });
});

suite('resolvConf()', () => {
  test('reads servers, the last search line and the options, and skips the rest', () => {
    const text = [
      '# made by a tool',
      'nameserver 192.0.2.53',
      'search old.test',
      'search one.test two.test .',
      'nameserver  2001:db8::53 ',
      'options ndots:2 timeout:1',
      'sortlist 192.0.2.0',
      '',
    ].join('\n');
    assert.deepEqual(resolvConf(text), {
      servers: ['192.0.2.53', '2001:db8::53'],
      searches: ['one.test', 'two.test'],
      options: ['ndots:2', 'timeout:1'],
    });
  });
});
