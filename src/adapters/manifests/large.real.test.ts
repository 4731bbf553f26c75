import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { suite, test } from 'node:test';
import { malformed } from '../../testing/malformed.ts';
import { folderSource } from './folder-source.ts';

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec:\n  containers:\n  - {name: c, image: busybox}\n';

suite('large manifests', () => {
  test('are read aside: others are applied within a second, and nothing stands still (A15)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nodelet-large-'));
    const end = new AbortController();
    const options = { paths: [folder], nodeName: 'n', appendNodeName: false, allowReferences: true };
    const snapshots = folderSource(options).snapshots(end.signal)[Symbol.asyncIterator]();
    try {
      await snapshots.next();
      for (const bad of malformed) if (bad.name.startsWith('megabytes')) bad.make(folder);
      const delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      const began = performance.now();
      writeFileSync(join(folder, 'small.yaml'), pod.replace('NAME', 'small'));
      const { value: first } = await snapshots.next();
      assert.deepEqual([first.pods.length, first.problems.length], [1, 0]);
      assert.ok(performance.now() - began < 1000);
      let problems = first.problems;
      while (problems.length < 2) problems = (await snapshots.next()).value.problems;
      delay.disable();
      assert.ok(delay.max / 1e6 < 500, `the loop stood still for ${delay.max / 1e6} ms`);
    } finally {
      const last = snapshots.next();
      end.abort(new Error('the test is over'));
      await last.catch(() => {});
      rmSync(folder, { recursive: true });
    }
  });

  test('of three thousand pods are applied', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nodelet-large-'));
    const end = new AbortController();
    writeFileSync(
      join(folder, 'many.yaml'),
      Array.from({ length: 3000 }, (_, at) => pod.replace('NAME', `p${at}`)).join('---\n'),
    );
    const options = { paths: [folder], nodeName: 'n', appendNodeName: false, allowReferences: true };
    const snapshots = folderSource(options).snapshots(end.signal)[Symbol.asyncIterator]();
    assert.equal((await snapshots.next()).value.pods.length, 3000);
    await snapshots.return?.();
    rmSync(folder, { recursive: true });
  });
});
