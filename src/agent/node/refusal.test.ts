import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Bytes } from '../../lib/brand.ts';
import { FakeMachine } from '../../testing/fake-machine.ts';
import { refuseMachine } from './refusal.ts';

const facts = await new FakeMachine().facts(new AbortController().signal);
const old = { ...facts, swap: 1024 as Bytes, cgroupVersion: 'hybrid' as const };
const node = { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: true, failCgroupV1: true };

suite('refuseMachine()', () => {
  test('names everything that the configuration forbids at once, each with its remedy', () => {
    assert.throws(() => refuseMachine(node, old), {
      message: [
        'cannot start on this machine: swap is on: switch it off (swapoff -a), or set failSwapOn: false',
        'the machine has cgroup hybrid: boot with systemd.unified_cgroup_hierarchy=1, or set failCgroupV1: false',
      ].join('; '),
    });
  });

  test('takes a machine without swap and with cgroup v2, and any when it may', () => {
    refuseMachine(node, facts);
    refuseMachine({ ...node, failSwapOn: false, failCgroupV1: false }, old);
  });
});
