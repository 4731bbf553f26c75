import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { commands } from './commands.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function nodelet(...words: readonly string[]): Promise<Ran> {
  const main = join(import.meta.dirname, '../main.ts');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...words], (_, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
  });
}

// A process each: side by side they take a third of the time.
suite('nodelet', { concurrency: 4 }, () => {
  for (const words of [[], ['--help']]) {
    test(`says what it can do: nodelet ${words.join(' ')}`, async () => {
      const { code, out } = await nodelet(...words);
      assert.equal(code, 0);
      for (const name of Object.keys(commands)) assert.match(out, new RegExp(`^  ${name}\\b`, 'm'));
    });
  }

  for (const words of [
    ['help', 'logs'],
    ['logs', '--help'],
    ['logs', '-h', 'web'],
  ]) {
    test(`explains a command: nodelet ${words.join(' ')}`, async () => {
      const { code, out } = await nodelet(...words);
      assert.equal(code, 0);
      assert.match(out, /^Usage: nodelet logs /);
      assert.match(out, /--tail N/);
    });
  }

  for (const words of [
    ['run', '--help'],
    ['--max-pods', '3', '--help'],
    ['run', '-h'],
  ]) {
    test(`starts nothing when asked for help: nodelet ${words.join(' ')}`, async () => {
      const { code, out } = await nodelet(...words);
      assert.equal(code, 0);
      assert.match(out, /^Usage: nodelet run /);
    });
  }

  for (const words of [['--version'], ['run', '--version'], ['--max-pods', '3', '--version']]) {
    test(`tells its version: nodelet ${words.join(' ')}`, async () => {
      assert.match((await nodelet(...words)).out, /^nodelet \d+\.\d+\.\d+ \(Node 26\./);
    });
  }

  test('does not take a file without decisions for a journal that is well', async () => {
    const { code, err } = await nodelet('replay', join(import.meta.dirname, '../../package.json'));
    assert.equal(code, 1);
    assert.match(err, /cannot replay .*package\.json: there is no decision of nodelet in it/);
  });

  for (const [words, expected] of [
    [['pss'], /unknown command "pss"; did you mean ps\?/],
    [['logs'], /nodelet logs: POD is missing\nSee `nodelet help logs`/],
    [['ps', '-o', 'yaml'], /-o takes wide or json, got "yaml"/],
    [['exec', 'web'], /the command is missing: put it behind --/],
    [['up'], /DIR: expected a folder or file of manifests, got nothing/],
    [['up', '/', '--maxpods', '3'], /did you mean --max-pods\?/],
    [['--max-pods', 'many'], /--max-pods: expected/],
    [['ps', '--config', '/nowhere'], /\/nowhere: expected a file that can be read/],
  ] as const) {
    test(`exits with 2 and no stack: nodelet ${words.join(' ')}`, async () => {
      const { code, err } = await nodelet(...words);
      assert.equal(code, 2, err);
      assert.match(err, expected);
      assert.doesNotMatch(err, /^ {4}at /m);
    });
  }

  test('exits with 1 and says what to do when no agent runs', async () => {
    const { code, err } = await nodelet('ps', '--run-dir', '/nowhere');
    assert.equal(code, 1);
    assert.equal(
      err,
      'nodelet: nodelet is not running here (no socket at /nowhere/nodelet.sock): start it with `nodelet up DIR`\n',
    );
  });

  test('names the file that cannot be read', async () => {
    const { code, err } = await nodelet('replay', '/nowhere/journal');
    assert.equal(code, 1);
    assert.match(err, /nodelet replay: ENOENT.*\/nowhere\/journal/);
  });
});
