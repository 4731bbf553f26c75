import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nodeView, podSpec } from '../../testing/specs.ts';
import { isImageName } from './image-name.ts';
import { logDirectory, logLink, logLinkPrefix, logPath, podDirectory, terminationLogPath } from './paths.ts';

const node = nodeView();

suite('paths', () => {
  test('have the layout that log shippers and other programs know', () => {
    assert.equal(podDirectory(node, 'u1'), '/var/lib/nodelet/pods/u1');
    assert.equal(terminationLogPath(node, 'u1', 'c', 2), '/var/lib/nodelet/pods/u1/containers/c/2');
    assert.equal(logDirectory(node, 'default', 'web', 'u1'), '/var/log/pods/default_web_u1');
    assert.equal(logPath('c', 2), 'c/2.log');
    assert.equal(logLink(node, podSpec(), 'c', 'abc'), '/var/log/containers/web_default_c-abc.log');
    assert.ok(logLink(node, podSpec(), 'c', 'abc').startsWith(logLinkPrefix(node, 'web', 'default')));
  });

  test('logLink() is cut to the longest file name', () => {
    const link = logLink(node, podSpec({}, { name: 'w'.repeat(253) }), 'c', 'abc');
    assert.equal(link.slice('/var/log/containers/'.length).length, 255);
    assert.ok(link.endsWith('.log'));
  });
});

suite('isImageName()', () => {
  const good = [
    'busybox',
    'busybox:1.36',
    'a/b/c',
    'host:5000/a',
    'Host.Example/a/b:T',
    `a@sha256:${'0'.repeat(64)}`,
    '[::1]:5000/a',
    'a__b/c-d.e',
  ];
  const bad = [
    '',
    'Upper',
    'a b',
    'a:',
    'a//b',
    '-a',
    'a@sha256:12',
    'a:b:c',
    '/a',
    'http://a',
    `${'a/'.repeat(600)}a`,
  ];
  for (const name of good) test(`${name} is one`, () => assert.ok(isImageName(name)));
  for (const name of bad) test(`${name.slice(0, 20)} is none`, () => assert.ok(!isImageName(name)));

  test('answers at once, whatever it is asked', () => {
    const before = process.cpuUsage().user;
    for (const text of ['a-'.repeat(500), 'a.'.repeat(500), `${'a_'.repeat(500)}!`, `${'a'.repeat(1000)}!`])
      isImageName(text);
    assert.ok((process.cpuUsage().user - before) / 1000 < 500);
  });
});
