import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromBase64, utf8 } from './bytes.ts';
import { decodeConfigMap, decodeSecret } from './decode-objects.ts';
import { findingText } from './finding.ts';
import { fnv128 } from './fnv.ts';
import { ipAddress } from './names.ts';
import { nearest } from './nearest.ts';

const metadata = { name: 'x' };

suite('decodeConfigMap()', () => {
  test('decodes binaryData and keeps data', () => {
    const result = decodeConfigMap({ metadata, data: { 'a.conf': 'x\n' }, binaryData: { b: 'AAH/' } });
    assert.ok(result.ok);
    assert.deepEqual(result.configMap.data, { 'a.conf': 'x\n' });
    assert.deepEqual(result.configMap.binaryData, { b: Uint8Array.of(0, 1, 255) });
    assert.equal(result.configMap.metadata.namespace, 'default');
  });

  test('refuses keys that are no file names, values that are no text, and a key in both', () => {
    const result = decodeConfigMap({ metadata, data: { '../x': 'a', n: 5, b: '' }, binaryData: { b: '', c: '***' } });
    assert.ok(!result.ok);
    assert.deepEqual(
      result.findings.map((finding) => findingText(finding).split(' ')[0]),
      ['data["../x"]', 'data.n', 'binaryData.c', 'binaryData.b'],
    );
  });

  test('refuses more than 1 MiB', () => {
    assert.equal(decodeConfigMap({ metadata, data: { a: 'x'.repeat(1024 * 1024 + 1) } }).ok, false);
  });
});

suite('decodeSecret()', () => {
  test('decodes base64 and puts stringData over it', () => {
    const result = decodeSecret({ metadata, data: { a: 'YQ==', b: 'Yg==' }, stringData: { b: 'ß' } });
    assert.ok(result.ok);
    assert.deepEqual(result.secret.data, { a: Uint8Array.of(97), b: Uint8Array.of(0xc3, 0x9f) });
    assert.equal(result.secret.type, 'Opaque');
  });

  test('never shows a value in a finding', () => {
    const result = decodeSecret({ metadata, data: { a: 'hunter2!' }, stringData: { b: 31337 } });
    assert.ok(!result.ok);
    assert.equal(result.findings.length, 2);
    assert.doesNotMatch(result.findings.map(findingText).join(), /hunter2|31337/);
  });
});

suite('the small parts', () => {
  test('fromBase64() and utf8() agree with the host', () => {
    for (const text of ['', 'a', 'ab', 'abc', 'äß€😀\ud800x', 'x'.repeat(1000)]) {
      assert.deepEqual(Buffer.from(utf8(text)), Buffer.from(text));
      assert.deepEqual(Buffer.from(fromBase64(Buffer.from(text).toString('base64')) ?? []), Buffer.from(text));
    }
    assert.equal(fromBase64('a'), undefined);
    assert.equal(fromBase64('YQ=='.replace('Q', '!')), undefined);
  });

  test('fnv128() gives the published values', () => {
    assert.equal(fnv128(''), '6c62272e07bb014262b821756295c58d');
    assert.equal(fnv128('a'), 'd228cb696f1a8caf78912b704e4a8964');
  });

  test('nearest() forgives a slip, not another word', () => {
    assert.equal(nearest('contaners', ['volumes', 'containers']), 'containers');
    assert.equal(nearest('hostpid', ['hostIPC', 'hostPID']), 'hostPID');
    assert.equal(nearest('xyz', ['abc']), undefined);
  });

  test('ipAddress knows both families', () => {
    for (const good of [
      '1.2.3.4',
      '::',
      '::1',
      'fe80::1',
      '1:2:3:4:5:6:7:8',
      '::ffff:1.2.3.4',
      '1::',
      '2001:db8::a:b',
    ]) {
      assert.match(good, ipAddress.pattern);
    }
    for (const bad of ['1.2.3', '1.2.3.256', '01.2.3.4', ':::', '1:2:3', 'g::', '1:2:3:4:5:6:7:8:9']) {
      assert.doesNotMatch(bad, ipAddress.pattern);
    }
  });
});
