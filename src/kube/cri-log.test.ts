import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { logText, parseLogRecord } from './cri-log.ts';

const time = '2026-11-24T08:59:42.123456789Z';

suite('parseLogRecord()', () => {
  test('reads time, stream, tag and content', () => {
    assert.deepEqual(parseLogRecord(`${time} stdout F hello  world`), {
      time,
      stream: 'stdout',
      partial: false,
      content: 'hello  world',
    });
    assert.deepEqual(parseLogRecord(`${time} stderr P part`), {
      time,
      stream: 'stderr',
      partial: true,
      content: 'part',
    });
  });

  test('reads the first of several tags', () => {
    assert.equal(parseLogRecord(`${time} stdout P:other x`)?.partial, true);
  });

  test('keeps blanks of the content, and an empty one', () => {
    assert.equal(parseLogRecord(`${time} stdout F   indented `)?.content, '  indented ');
    assert.equal(parseLogRecord(`${time} stdout F `)?.content, '');
    assert.equal(parseLogRecord(`${time} stdout F`)?.content, '');
  });

  test('gives nothing for a line in another format', () => {
    for (const line of ['', 'hello', `${time} stdin F x`, `${time}`]) assert.equal(parseLogRecord(line), undefined);
  });
});

suite('logText()', () => {
  test('ends whole lines, and joins the parts of a long one', () => {
    const records = [`${time} stdout P ab`, `${time} stdout F c`, `${time} stdout F d`].map(parseLogRecord);
    assert.equal(records.map((record) => (record === undefined ? '?' : logText(record))).join(''), 'abc\nd\n');
  });
});
