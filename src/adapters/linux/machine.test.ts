import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { suite, test } from 'node:test';
import { LinuxMachine } from './machine.ts';
import * as proc from './proc-text.ts';

const never = new AbortController().signal;

suite('LinuxMachine', () => {
  const machine = new LinuxMachine({ rootDir: '/var/lib/not/there/yet', resolvConf: '/etc/resolv.conf' });

  test('facts() are those of a machine', async () => {
    const facts = await machine.facts(never);
    assert.ok(facts.cpu >= 1000 && facts.cpu % 1000 === 0);
    assert.ok(facts.memory > 64 * 1024 * 1024);
    assert.match(facts.bootId, /^[0-9a-f-]{36}$/);
    assert.ok(facts.rootFs.bytes > 0 && facts.rootFs.inodes > 0);
    assert.ok(!facts.ips.includes('127.0.0.1'));
    assert.ok(['v1', 'v2', 'hybrid'].includes(facts.cgroupVersion));
  });

  test('usage() stays within the facts', async () => {
    const [facts, usage] = await Promise.all([machine.facts(never), machine.usage(never)]);
    assert.ok(usage.memoryWorkingSet > 0 && usage.memoryWorkingSet + usage.memoryAvailable === facts.memory);
    assert.ok(usage.rootFs.available <= facts.rootFs.bytes);
    assert.ok(usage.processes.running > 0 && usage.processes.running < usage.processes.max);
    assert.ok(usage.cpuNanoseconds > 0);
  });

  test('usage() agrees with what the kernel tells at the same moment', async () => {
    const read = (path: string): string => readFileSync(path, 'utf8');
    const before = proc.cpuNanoseconds(read('/proc/stat'));
    const usage = await machine.usage(never);
    const after = proc.cpuNanoseconds(read('/proc/stat'));
    assert.ok(before <= usage.cpuNanoseconds && usage.cpuNanoseconds <= after);
    // Available is what the kernel calls so, give or take what it can reclaim of slabs and active pages.
    const [total = 0, available = 0] = ['MemTotal', 'MemAvailable'].map((row) =>
      proc.memoryBytes(read('/proc/meminfo'), row),
    );
    assert.ok(Math.abs(usage.memoryAvailable - available) < total / 3, `${usage.memoryAvailable} and ${available}`);
    const interfaces = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
    assert.ok(interfaces.every((name) => usage.network.some((row) => row.name === name)));
    const tasks = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length;
    assert.ok(usage.processes.running >= tasks / 2, `${usage.processes.running} tasks, ${tasks} processes`);
  });

  test('filesystem() is that of the nearest folder that exists', async () => {
    const [found, root] = await Promise.all([machine.filesystem('/proc/none/such', never), statfs('/proc')]);
    assert.deepEqual([found.bytes, found.inodes], [root.blocks * root.bsize, root.files]);
    const disk = await machine.filesystem('/', never);
    assert.ok(disk.used + disk.available <= disk.bytes && disk.inodesFree <= disk.inodes);
    const facts = await new LinuxMachine({ rootDir: '/', resolvConf: '' }).facts(never);
    assert.deepEqual([disk.bytes, disk.inodes], [facts.rootFs.bytes, facts.rootFs.inodes]);
  });
});

suite('the texts of /proc', () => {
  test('CPU time leaves out idling, waiting and guests', () => {
    const stat = 'cpu  100 20 30 9999 888 4 5 6 70 8\ncpu0 1 2 3\ncpu1 1 2 3\nintr 5\n';
    assert.equal(proc.cpuNanoseconds(stat), 165 * 1e7);
    assert.equal(proc.coreCount(stat), 2);
  });

  test('capabilities are bits', () => {
    assert.equal(proc.hasCapability('CapEff:\t000001fffeffffff\n', proc.capSysResource), false);
    assert.equal(proc.hasCapability('CapEff:\t000001ffffffffff\n', proc.capSysResource), true);
    assert.equal(proc.hasCapability('', proc.capSysResource), false);
  });

  test('the default route with the lowest metric wins', () => {
    const rows = [
      'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
      'eth1\t00000000\t0100000A\t0003\t0\t0\t200\t00000000\t0\t0\t0',
      'eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0',
      'eth2\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    ];
    assert.equal(proc.defaultInterface(rows.join('\n')), 'eth0');
    assert.equal(proc.defaultInterface(rows[0] ?? ''), undefined);
  });

  test('the names of systems come with quotes or without', () => {
    assert.equal(
      proc.osName('NAME=x\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'),
      'Debian GNU/Linux 12 (bookworm)',
    );
    assert.equal(proc.osName('PRETTY_NAME=Alpine\n'), 'Alpine');
    assert.equal(proc.osName(''), 'Linux');
  });

  test('interfaces come without the loopback', () => {
    const dev =
      'Inter-| Receive\n face |bytes\n    lo: 1 0 0 0 0 0 0 0 1 0\n  eth0: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n';
    assert.deepEqual(proc.networkRows(dev), [{ name: 'eth0', receivedBytes: 10, sentBytes: 20 }]);
  });
});
