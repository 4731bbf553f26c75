import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { hostFiles } from './host-files.ts';

suite('hostFiles()', () => {
  const files = hostFiles();
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nodelet-config-'));
    writeFileSync(join(folder, 'some.conf'), 'text');
    writeFileSync(join(folder, 'sparse'), '');
    truncateSync(join(folder, 'sparse'), 2 ** 40);
    mkdirSync(join(folder, 'sub'));
    symlinkSync('some.conf', join(folder, 'link.conf'));
    symlinkSync('sub', join(folder, 'link-to-folder'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('reads a file, also through a link', () => {
    assert.equal(files.readFile(join(folder, 'some.conf')), 'text');
    assert.equal(files.readFile(join(folder, 'link.conf')), 'text');
  });

  test('refuses what would fill memory or wait for ever', () => {
    assert.throws(() => files.readFile(join(folder, 'sparse')), /at most 4194304 are read/);
    assert.throws(() => files.readFile(join(folder, 'fifo')), /something else than a file/);
    assert.throws(() => files.readFile(join(folder, 'sub')), /something else than a file/);
    assert.throws(() => files.readFile(join(folder, 'none')), /ENOENT/);
  });

  test('lists a folder; a link to a folder is none', () => {
    const entries = files.list(folder).toSorted((one, other) => (one.name < other.name ? -1 : 1));
    assert.deepEqual(entries, [
      { name: 'fifo', isDirectory: false },
      { name: 'link-to-folder', isDirectory: false },
      { name: 'link.conf', isDirectory: false },
      { name: 'some.conf', isDirectory: false },
      { name: 'sparse', isDirectory: false },
      { name: 'sub', isDirectory: true },
    ]);
  });
});
