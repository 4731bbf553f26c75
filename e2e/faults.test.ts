import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodRow } from '../src/server/view.ts';
import { machineLacks, TestNode, witnessPod } from './harness.ts';
import { container, idle, pod } from './pods.ts';

const skip = machineLacks() ?? false;
const quick = { containers: [container('main', idle)], terminationGracePeriodSeconds: 1 };

/** The embedded containerd of a node. */
function containerdOf(node: TestNode): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const [command = '', ...rest] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (command.endsWith('/containerd') && rest.join(' ').includes(node.dir)) return Number(pid);
    } catch {
      // It ended while we looked.
    }
  }
  return undefined;
}

function find(node: TestNode, name: string): PodRow | undefined {
  return node.pods().find((row) => row.name === name);
}

/** A root folder on a small disk of its own. */
class SmallRoot implements Disposable {
  readonly #path: string;

  constructor(node: TestNode) {
    this.#path = join(node.dir, 'root');
    mkdirSync(this.#path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=755', 'nodelet-test', this.#path]);
  }

  fill(): void {
    // The last block too: a single write stops at the first one that does not fit.
    for (const size of [4096, 512, 64, 1]) {
      try {
        for (;;) writeFileSync(join(this.#path, 'filler'), Buffer.alloc(size * 16), { flag: 'a' });
      } catch {
        // Full, as far as blocks of this size go.
      }
    }
  }

  free(): void {
    rmSync(join(this.#path, 'filler'));
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#path]);
  }
}

suite('faults of the machine', { skip }, () => {
  test('a full disk: nothing new starts, what runs is untouched, the cause is named; with space again it goes on', async () => {
    await using node = new TestNode('full');
    using root = new SmallRoot(node);
    node.write('old.json', pod('old', quick));
    node.start();
    const [before] = await node.ready(1);
    root.fill();
    node.write('new.json', pod('new', quick));
    const said = await node.until('the cause is named', () => {
      const row = find(node, 'new');
      const text = [...(row?.waits ?? []), ...(row?.doing ?? [])].map((line) => line.text).join(' ');
      return /no space is left on the device/.test(text) ? text : undefined;
    });
    assert.match(said, /The next try is/);
    assert.equal(find(node, 'new')?.containers[0]?.id, '');
    assert.deepEqual(find(node, 'old')?.containers, before?.containers);
    assert.match(node.logText(), /^W.* no space is left on the device.*reason=Failed$/m);

    root.free();
    await node.until('the new pod is ready', () => find(node, 'new')?.ready.containers === 1);
    assert.deepEqual(find(node, 'old')?.containers, before?.containers);
    // With a removed file too: the ledger and the folders can be written again.
    node.remove('new.json');
    await node.until('the new pod is gone', () => node.isUp() && find(node, 'new') === undefined);
    await node.stop();
    node.run('down');
  });

  test('a runtime that hangs: pods are untouched, the node says why it is not ready, and recovers by itself', async () => {
    await using node = new TestNode('hangs');
    const text = readFileSync(node.config, 'utf8');
    writeFileSync(node.config, text.replace('failSwapOn:', 'runtimeRequestTimeout: 3s\nfailSwapOn:'));
    node.write('a.json', witnessPod(node, 'a'));
    node.start();
    const [before] = await node.ready(1);
    const pid = containerdOf(node);
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGSTOP');
    try {
      // A hung runtime shows when something is asked of it.
      node.write('b.json', pod('b', quick));
      const reasons = await node.until('the node is not ready', () => {
        const report = node.state()?.node;
        return report?.ready === false ? report.reasons.join(' ') : undefined;
      });
      assert.match(reasons, /did not answer in time/);
      await sleep(5000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await node.until('the node is ready', () => node.isUp());
    const pods = await node.ready(2);
    const after = pods.find((row) => row.name === 'a');
    assert.deepEqual(after?.containers, before?.containers);
    assert.equal(readFileSync(join(node.witness, 'a.starts'), 'utf8'), 'start\n');
    const told = node.events().map(({ reason }) => reason);
    assert.ok(told.indexOf('NodeNotReady') >= 0 && told.lastIndexOf('NodeReady') > told.lastIndexOf('NodeNotReady'));
    assert.equal(containerdOf(node), pid);
  });

  test('a runtime that is killed while pods start: each starts once it is back, and no container runs twice', async () => {
    await using node = new TestNode('killed');
    node.start();
    await node.until('the node is ready', () => node.isUp());
    // What is under way differs: sandboxes, containers made, containers started.
    const delays = (process.env['DELAYS'] ?? '20,150,300').split(',').map(Number);
    for (const [round, delay] of delays.entries()) {
      for (const name of ['a', 'b', 'c']) node.write(`${name}${round}.json`, witnessPod(node, `${name}${round}`));
      await node.until('pods are being started', () => node.pods().some((row) => row.doing.length > 0));
      await sleep(delay);
      const pid = containerdOf(node);
      assert.ok(pid !== undefined);
      process.kill(pid, 'SIGKILL');
      await node.ready(3 * (round + 1));
    }
    assert.throws(() => readFileSync(join(node.witness, 'doubles')), /ENOENT/);
    for (const row of node.pods()) {
      const starts = readFileSync(join(node.witness, `${row.name}.starts`), 'utf8')
        .trim()
        .split('\n').length;
      assert.ok(starts <= row.restarts + 1, `${row.name}: ${starts} starts, ${row.restarts} restarts told`);
    }
    await node.stop();
    const said = node.run('down');
    assert.deepEqual(node.leftovers(), [], said);
  });
});
