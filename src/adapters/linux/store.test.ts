import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { storeSuite } from '../../testing/suites/store.suite.ts';
import { FileLineLog } from './line-log.ts';
import { FileStore } from './store.ts';

const never = new AbortController().signal;

storeSuite('FileStore', async () => {
  const root = await mkdtemp(join(tmpdir(), 'nodelet-store-'));
  const opened: FileStore[] = [];
  const open = async (): Promise<FileStore> => {
    const store = new FileStore(join(root, 'state/ledger'));
    opened.push(store);
    return store;
  };
  const end = async (): Promise<void> => {
    for (const store of opened) await store.close();
    await rm(root, { recursive: true });
  };
  return { open, end };
});

interface Fixture extends AsyncDisposable {
  readonly root: string;
  readonly path: string;
}

async function fixture(): Promise<Fixture> {
  const root = await mkdtemp(join(tmpdir(), 'nodelet-store-'));
  return { root, path: join(root, 'ledger'), [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

async function written(path: string, rows: Readonly<Record<string, string>>): Promise<void> {
  const store = new FileStore(path);
  await store.load(never);
  for (const row of Object.entries(rows)) await store.write(new Map([row]), never);
  await store.close();
}

async function read(path: string): Promise<{ rows: Record<string, string>; broken: readonly string[] }> {
  const { rows, broken } = await new FileStore(path).load(never);
  return { rows: Object.fromEntries(rows), broken };
}

suite('FileStore', () => {
  test('only root looks in: files 0600, folders 0750 (A31)', async () => {
    await using at = await fixture();
    await written(join(at.root, 'deep/ledger'), { a: '1' });
    assert.equal(statSync(join(at.root, 'deep/ledger')).mode & 0o777, 0o600);
    assert.equal(statSync(join(at.root, 'deep')).mode & 0o777, 0o750);
  });

  test('a last line that was cut at any byte never was, and everything before it is there', async () => {
    await using at = await fixture();
    await written(at.path, { a: '1', b: '2', c: 'three' });
    const whole = readFileSync(at.path);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(at.path, whole.subarray(0, length));
      const { rows, broken } = await read(at.path);
      assert.deepEqual(broken, []);
      if (length >= lastLine) assert.deepEqual(rows, { a: '1', b: '2' });
    }
  });

  test('a flipped bit costs its own row only; the line is set aside and named', async () => {
    await using at = await fixture();
    await written(at.path, { a: '1', b: 'two', c: '3' });
    const bytes = readFileSync(at.path);
    const place = bytes.indexOf('two');
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(at.path, bytes);
    const { rows, broken } = await read(at.path);
    assert.deepEqual(rows, { a: '1', c: '3' });
    assert.deepEqual(broken, [`${at.path}:3 (b)`]);
    assert.match(readFileSync(`${at.path}.corrupt`, 'utf8'), /"uwo"/);
    await written(at.path, { d: '4' });
    assert.deepEqual(await read(at.path), { rows: { a: '1', c: '3', d: '4' }, broken: [] });
  });

  test('a file of another kind or version, or a folder, is set aside as a whole, more than once', async () => {
    await using at = await fixture();
    for (const round of [1, 2]) {
      writeFileSync(at.path, `nodelet-store 9\n${round}\n`);
      const { rows, broken } = await read(at.path);
      assert.deepEqual([rows, broken.length], [{}, 1]);
    }
    mkdirSync(at.path);
    assert.equal((await read(at.path)).broken.length, 1);
    await written(at.path, { a: '1' });
    assert.deepEqual((await readdir(at.root)).sort(), [
      'ledger',
      'ledger.corrupt',
      'ledger.corrupt.1',
      'ledger.corrupt.2',
    ]);
  });

  test('does not grow without bound, and keeps every row while it shrinks', async () => {
    await using at = await fixture();
    const store = new FileStore(at.path);
    await store.load(never);
    const value = 'x'.repeat(100_000);
    await store.write(new Map([['kept', 'y']]), never);
    for (let round = 0; round < 40; round += 1) await store.write(new Map([['a', `${round}${value}`]]), never);
    await store.close();
    assert.ok(statSync(at.path).size < 2 * 1024 * 1024);
    assert.deepEqual(Object.keys((await read(at.path)).rows).sort(), ['a', 'kept']);
  });
});

suite('FileLineLog', () => {
  test('keeps lines in order, two files of them at most', async () => {
    await using at = await fixture();
    const log = new FileLineLog({ path: join(at.root, 'journal'), largestFile: 1000 });
    for (let line = 0; line < 150; line += 1) log.append(`first ${line}`);
    await log.close();
    const again = new FileLineLog({ path: join(at.root, 'journal'), largestFile: 1000 });
    for (let line = 0; line < 60; line += 1) again.append(`second ${line}`);
    await again.close();
    assert.deepEqual((await readdir(at.root)).sort(), ['journal', 'journal.1']);
    assert.equal(readFileSync(join(at.root, 'journal.1'), 'utf8').split('\n').length, 151);
    assert.match(readFileSync(join(at.root, 'journal'), 'utf8'), /^second 0\n[\s\S]*second 59\n$/);
    assert.equal(statSync(join(at.root, 'journal')).mode & 0o777, 0o600);
    assert.equal(again.lost, 0);
  });

  test('counts what it could not write, and is never in the way', async () => {
    await using at = await fixture();
    mkdirSync(join(at.root, 'journal'));
    const log = new FileLineLog({ path: join(at.root, 'journal') });
    log.append('a');
    log.append('b');
    await log.close();
    assert.equal(log.lost, 2);
  });
});

suite('FileStore, with a bug', () => {
  test('write() passes it on as it is, and its flush fails too, so that the process ends', async () => {
    await using at = await fixture();
    const store = new FileStore(at.path);
    await store.load(never);
    const write = store.write(new Map([['a', 1n as unknown as string]]), never);
    const flush = store.close();
    const [told, ended] = await Promise.allSettled([write, flush]);
    assert.ok(told.status === 'rejected' && told.reason instanceof TypeError);
    assert.ok(ended.status === 'rejected' && ended.reason === told.reason);
  });
});
