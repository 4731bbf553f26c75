import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createLogger, textLine } from './log.ts';

function logged(format: 'text' | 'json', verbosity: number): readonly string[] {
  const lines: string[] = [];
  const logger = createLogger({ format, verbosity }, (line) => lines.push(line));
  logger.debug('a step', { pod: 'default/web' });
  logger.info('hello');
  logger.warn('careful', { step: 'pull x', kind: 'unavailable', none: undefined });
  return lines;
}

suite('createLogger()', () => {
  test('writes text: level, time, message, fields', () => {
    const lines = logged('text', 0).map((line) => line.replace(/\d{4} \d\d:\d\d:\d\d\.\d{3}/, 'TIME'));
    assert.deepEqual(lines, ['ITIME hello', 'WTIME careful step="pull x" kind=unavailable']);
  });

  test('writes JSON, an object a line', () => {
    const lines = logged('json', 0).map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ time, ...rest }) => ({ ...rest, timed: typeof time === 'string' && time.endsWith('Z') })),
      [
        { level: 'info', msg: 'hello', timed: true },
        { level: 'warn', msg: 'careful', step: 'pull x', kind: 'unavailable', timed: true },
      ],
    );
  });

  test('tells every step from verbosity 4 on', () => {
    assert.equal(logged('text', 3).length, 2);
    assert.equal(logged('text', 4).length, 3);
    assert.equal(logged('json', 4).length, 3);
  });

  test('keeps a message on its line', () => {
    const at = { fields: { text: 'a\nb' }, now: new Date('2026-11-24T09:00:00.001Z') };
    assert.equal(textLine('error', 'one\ntwo', at), 'E1124 09:00:00.001 one\\ntwo text="a\\nb"');
  });
});
