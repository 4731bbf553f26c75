import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { LogFile } from './log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'nodelet-log-'));
let files = 0;

function written(text: string): string {
  files += 1;
  const path = join(folder, `${files}.log`);
  writeFileSync(path, text);
  return path;
}

function record(content: string, tag: 'F' | 'P' = 'F'): string {
  return `2026-11-24T08:59:42Z stdout ${tag} ${content}\n`;
}

function read(path: string, tail?: number): readonly string[] {
  using file = new LogFile(path, tail);
  return [...file.lines()].map((line) => line.split(' ').slice(3).join(' '));
}

suite('LogFile', () => {
  after(() => rmSync(folder, { recursive: true }));

  test('gives whole lines, and the rest of a line once it has its end', () => {
    const path = written(`${record('a')}2026-11-24T08:59:42Z std`);
    using file = new LogFile(path, undefined);
    assert.equal([...file.lines()].length, 1);
    appendFileSync(path, 'out F b\n');
    assert.deepEqual([...file.lines()], ['2026-11-24T08:59:42Z stdout F b']);
    assert.deepEqual([...file.lines()], []);
  });

  test('goes on in the new file after a rotation, and misses no line of the old one', () => {
    const path = written(record('a'));
    using file = new LogFile(path, undefined);
    assert.equal([...file.lines()].length, 1);
    appendFileSync(path, record('b'));
    renameSync(path, `${path}.20261124`);
    writeFileSync(path, record('c'));
    assert.deepEqual(
      [...file.lines()].map((line) => line.at(-1)),
      ['b', 'c'],
    );
  });

  test('waits while the file is away in the middle of a rotation', () => {
    const path = written(record('a'));
    using file = new LogFile(path, undefined);
    renameSync(path, `${path}.old`);
    assert.equal([...file.lines()].length, 1);
    assert.deepEqual([...file.lines()], []);
  });

  const ten = Array.from({ length: 10 }, (_, at) => record(`line${at}`)).join('');
  for (const [tail, expected] of [
    [0, []],
    [1, ['line9']],
    [3, ['line7', 'line8', 'line9']],
    [10, 10],
    [100, 10],
  ] as const) {
    test(`gives the last ${tail} of 10 lines`, () => {
      const lines = read(written(ten), tail);
      if (typeof expected === 'number') assert.equal(lines.length, expected);
      else assert.deepEqual(lines, expected);
    });
  }

  test('counts the parts of a long line as one', () => {
    const path = written([record('a'), record('b1', 'P'), record('b2', 'P'), record('b3'), record('c')].join(''));
    assert.deepEqual(read(path, 2), ['b1', 'b2', 'b3', 'c']);
    assert.deepEqual(read(path, 1), ['c']);
    assert.deepEqual(read(path, 3), ['a', 'b1', 'b2', 'b3', 'c']);
  });

  test('finds the last lines of a file of many blocks', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => record(`line${at}`)).join('');
    const lines = read(written(many), 5000);
    assert.equal(lines.length, 5000);
    assert.equal(lines[0], 'line15000');
  });

  test('an empty file has no lines', () => {
    assert.deepEqual(read(written(''), 5), []);
    assert.deepEqual(read(written('')), []);
  });
});
