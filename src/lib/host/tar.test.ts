import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { packTar, type TarEntry } from './tar.ts';

const entries: readonly TarEntry[] = [
  { kind: 'folder', name: 'bin', mode: 0o755 },
  { kind: 'file', name: 'bin/greet', mode: 0o755, data: Buffer.from('hello') },
  { kind: 'link', name: 'bin/welcome', target: 'greet' },
  { kind: 'file', name: 'empty', mode: 0o600, data: new Uint8Array() },
];

suite('packTar()', () => {
  test('writes what tar(1) reads: kinds, modes, sizes, targets', () => {
    const listing = execFileSync('tar', ['-tvf', '-'], { input: packTar(entries), encoding: 'utf8' });
    const lines = listing.trim().split('\n');
    assert.deepEqual(
      lines.map((line) => line.replace(/\s+\d{4}-\d\d-\d\d \d\d:\d\d/, '').replace(/ +/g, ' ')),
      [
        'drwxr-xr-x 0/0 0 bin/',
        '-rwxr-xr-x 0/0 5 bin/greet',
        'lrwxrwxrwx 0/0 0 bin/welcome -> greet',
        '-rw------- 0/0 0 empty',
      ],
    );
    assert.equal(
      execFileSync('tar', ['-xOf', '-', 'bin/greet'], { input: packTar(entries), encoding: 'utf8' }),
      'hello',
    );
  });

  test('is deterministic: equal entries give equal bytes', () => {
    assert.deepEqual(packTar(entries), packTar(entries));
  });

  test('ends on a block and with two empty blocks', () => {
    const archive = packTar([]);
    assert.equal(archive.length, 1024);
    assert.equal(packTar(entries).length % 512, 0);
  });

  test('refuses a name that the format cannot hold', () => {
    const name = 'x'.repeat(100);
    assert.throws(() => packTar([{ kind: 'folder', name, mode: 0o755 }]), /the name has 100 bytes, the limit is 99/);
  });
});
