import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { CommandError } from '../command.ts';
import { exitCodeOf } from './remote-command.ts';
import { spdyDictionary } from './spdy-dictionary.ts';
import { dataFrame, FrameReader, openFrame, pingFrame } from './spdy-frames.ts';

suite('SPDY frames', () => {
  test('the dictionary is the one of SPDY/3: its length, and its checksum in the head of what is packed with it', () => {
    const dictionary = spdyDictionary();
    assert.equal(dictionary.length, 1423);
    const packed = deflateSync('x', { dictionary });
    assert.equal(packed.subarray(0, 6).toString('hex'), '78bbe3c6a7c2');
    assert.equal(inflateSync(packed, { dictionary, finishFlush: constants.Z_SYNC_FLUSH }).toString(), 'x');
  });

  test('a data frame has stream, flag and length in front', () => {
    assert.equal(dataFrame(5, Buffer.from('abc'), false).toString('hex'), '0000000500000003616263');
    assert.equal(dataFrame(5, new Uint8Array(), true).toString('hex'), '0000000501000000');
  });

  test('opening a stream is control frame 1 of version 3', () => {
    assert.equal(openFrame(3, Buffer.from('ff', 'hex')).toString('hex'), '800300010000000b00000003000000000000ff');
  });

  test('the reader cuts bytes into frames however they come', () => {
    const bytes = Buffer.concat([
      dataFrame(1, Buffer.from('hello'), false),
      pingFrame(7),
      Buffer.from('8003000300000008' + '00000005' + '00000005', 'hex'),
      Buffer.from('8003000700000008' + '00000005' + '00000000', 'hex'),
      Buffer.from('8003000401000004' + '00000000', 'hex'),
      Buffer.from('8003000200000006' + '00000003' + '0000', 'hex'),
      dataFrame(1, new Uint8Array(), true),
    ]);
    const expected = [
      { kind: 'data', stream: 1, fin: false, data: 'hello' },
      { kind: 'ping', id: 7 },
      { kind: 'reset', stream: 5, status: 5 },
      { kind: 'goaway' },
      { kind: 'other', type: 4 },
      { kind: 'reply', stream: 3, fin: false },
      { kind: 'data', stream: 1, fin: true, data: '' },
    ];
    for (const size of [1, 3, 8, bytes.length]) {
      const reader = new FrameReader();
      const frames: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const frame of reader.push(bytes.subarray(at, at + size))) {
          frames.push(frame.kind === 'data' ? { ...frame, data: frame.data.toString() } : frame);
        }
      }
      assert.deepEqual(frames, expected);
    }
  });
});

suite('exitCodeOf()', () => {
  test('is 0 for success, and the code of a command that failed', () => {
    assert.equal(exitCodeOf('{"metadata":{},"status":"Success"}'), 0);
    const failed = {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '137' }] },
    };
    assert.equal(exitCodeOf(JSON.stringify(failed)), 137);
  });

  test('tells the message of any other failure', () => {
    const failed = JSON.stringify({ status: 'Failure', message: 'no such container' });
    assert.throws(
      () => exitCodeOf(failed),
      (error) => error instanceof CommandError && /no such container/.test(error.message),
    );
    assert.throws(
      () => exitCodeOf('broken'),
      (error) => error instanceof CommandError && /broken/.test(error.message),
    );
  });
});
