import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { NodeFigures } from '../../server/view.ts';
import { nodeLines } from './node.ts';

const gib = 2 ** 30;
const amounts = { reserved: 200, allocatable: 1800, requested: 250 };
const figures: NodeFigures = {
  node: {
    name: 'vm',
    version: '1.0.0',
    ready: false,
    reasons: ['cni plugin not initialized'],
    runtime: 'containerd 2.1.9',
    network: 'cni plugin not initialized',
    startedAt: '2026-11-24T08:00:00Z',
    allocatable: { cpuMilli: 1800, memoryBytes: 3 * gib, pods: 110 },
  },
  machine: {
    hostname: 'vm',
    kernel: '6.1.0',
    osImage: 'Some Linux 12',
    architecture: 'amd64',
    cgroupVersion: 'v2',
    bootId: 'b',
    machineId: '',
    addresses: ['192.0.2.1', '2001:db8::1'],
  },
  cpu: { capacity: 2000, ...amounts, used: 500 },
  cpuNanoseconds: 1,
  memory: { capacity: 4 * gib, reserved: gib, allocatable: 3 * gib, requested: gib / 2, used: gib, available: 3 * gib },
  pods: { capacity: 110, used: 3 },
  filesystems: [
    {
      of: 'pods',
      path: '/var/lib/nodelet',
      bytes: 100 * gib,
      used: 10 * gib,
      available: 90 * gib,
      inodes: 9,
      inodesFree: 8,
    },
    {
      of: 'images',
      path: '/var/lib/containerd',
      bytes: 100 * gib,
      used: 10 * gib,
      available: 90 * gib,
      inodes: 9,
      inodesFree: 8,
      ownBytes: 2 ** 20,
    },
  ],
  interfaces: [
    { name: 'veth1', receivedBytes: 1, sentBytes: 2, receivedPerSecond: 3, sentPerSecond: 4 },
    { name: 'eth0', receivedBytes: 2048, sentBytes: 100, receivedPerSecond: 1024, sentPerSecond: 0 },
    { name: 'veth2', receivedBytes: 10, sentBytes: 20, receivedPerSecond: 30, sentPerSecond: 40 },
  ],
  processes: { running: 100, max: 32_768 },
};

suite('nodeLines()', () => {
  test('tells who the node is, why it is not ready, and its figures', () => {
    assert.deepEqual(nodeLines(figures, Date.parse('2026-11-24T09:00:00Z')), [
      'Name:        vm',
      'Ready:       no: cni plugin not initialized',
      'Agent:       nodelet 1.0.0, up for 1h',
      'Runtime:     containerd 2.1.9',
      'Network:     cni plugin not initialized',
      'Addresses:   192.0.2.1, 2001:db8::1',
      'Host name:   vm',
      'System:      Some Linux 12, amd64',
      'Kernel:      6.1.0',
      'Cgroups:     v2',
      'Boot id:     b',
      'Machine id:  none',
      '',
      'RESOURCE     CAPACITY  RESERVED  FOR PODS  REQUESTED  USED     AVAILABLE',
      'cpu (cores)  2.00      0.20      1.80      0.25       0.50     1.50',
      'memory       4.0 GiB   1.0 GiB   3.0 GiB   512 MiB    1.0 GiB  3.0 GiB',
      'pods         110       -         110       -          3        107',
      'processes    32768     -         -         -          100      32668',
      '',
      'FILESYSTEM  CAPACITY  USED                          AVAILABLE  INODES  INODES FREE  PATH',
      'pods        100 GiB   10.0 GiB                      90.0 GiB   9       8            /var/lib/nodelet',
      'images      100 GiB   10.0 GiB (1.0 MiB of images)  90.0 GiB   9       8            /var/lib/containerd',
      '',
      'INTERFACE  RECEIVED  SENT   IN         OUT',
      'eth0       2.0 KiB   100 B  1.0 KiB/s  0 B/s',
      'veth… (2)  11 B      22 B   33 B/s     44 B/s',
    ]);
  });
});
