import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readArgs, type Spec, wholeNumber } from './args.ts';
import { UsageError } from './command.ts';

const spec: Spec = {
  options: {
    follow: { kind: 'switch', short: 'f' },
    stdin: { kind: 'switch', short: 'i' },
    tty: { kind: 'switch', short: 't' },
    container: { kind: 'value', short: 'c' },
    tail: { kind: 'value' },
  },
  positionals: ['POD', '[CONTAINER]'],
  rest: 'COMMAND',
};

const lines: readonly (readonly [
  string,
  Partial<Record<'values' | 'switches' | 'positionals' | 'rest' | 'configFlags', unknown>>,
])[] = [
  ['web', { positionals: ['web'] }],
  ['web main', { positionals: ['web', 'main'] }],
  ['-f web', { switches: ['follow'], positionals: ['web'] }],
  ['web -f', { switches: ['follow'], positionals: ['web'] }],
  ['-it web', { switches: ['stdin', 'tty'], positionals: ['web'] }],
  ['-itc main web', { switches: ['stdin', 'tty'], values: { container: 'main' }, positionals: ['web'] }],
  ['-cmain web', { values: { container: 'main' }, positionals: ['web'] }],
  ['--container=main web', { values: { container: 'main' }, positionals: ['web'] }],
  ['--container main web', { values: { container: 'main' }, positionals: ['web'] }],
  ['--follow=false web', { switches: [], positionals: ['web'] }],
  ['web -- ls -f --container x', { positionals: ['web'], rest: ['ls', '-f', '--container', 'x'] }],
  ['--root-dir /r web', { positionals: ['web'], configFlags: ['--root-dir', '/r'] }],
  ['web --root-dir=/r', { positionals: ['web'], configFlags: ['--root-dir=/r'] }],
  ['--fail-swap-on web', { positionals: ['web'], configFlags: ['--fail-swap-on'] }],
  ['--root_dir /r web', { positionals: ['web'], configFlags: ['--root_dir', '/r'] }],
  ['-', { positionals: ['-'] }],
];

const wrong: readonly (readonly [string, string])[] = [
  ['', 'POD is missing'],
  ['a b c', 'unexpected argument "c"'],
  ['web --folow', 'unknown option --folow; did you mean --follow?'],
  ['web -x', 'unknown option -x'],
  ['web --container', '--container needs a value'],
  ['web --root-dir', '--root-dir needs a value'],
  ['web --follow=maybe', '--follow takes no value, but was given "maybe"'],
];

suite('readArgs()', () => {
  for (const [line, expected] of lines) {
    test(`understands "${line}"`, () => {
      const args = readArgs(line.split(' '), spec);
      const read = {
        values: Object.fromEntries(args.values),
        switches: [...args.switches],
        positionals: args.positionals,
        rest: args.rest,
        configFlags: args.configFlags,
      };
      assert.deepEqual(read, { values: {}, switches: [], positionals: [], rest: [], configFlags: [], ...expected });
    });
  }

  for (const [line, message] of wrong) {
    test(`refuses "${line}"`, () => {
      const words = line === '' ? [] : line.split(' ');
      assert.throws(() => readArgs(words, spec), new UsageError(message));
    });
  }

  test('refuses words behind -- where a command takes none', () => {
    const { rest: _, ...without } = spec;
    assert.throws(
      () => readArgs(['web', '--', 'ls'], without),
      new UsageError('this command takes no words behind --'),
    );
  });
});

suite('wholeNumber()', () => {
  test('takes digits alone', () => {
    assert.equal(wholeNumber(readArgs(['web', '--tail', '10'], spec), 'tail'), 10);
    assert.equal(wholeNumber(readArgs(['web'], spec), 'tail'), undefined);
    for (const text of ['-1', '1.5', 'ten', '']) {
      assert.throws(() => wholeNumber(readArgs(['web', `--tail=${text}`], spec), 'tail'), UsageError);
    }
  });
});
