import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { animation } from './svg.ts';
import { Terminal } from './terminal.ts';

function screen(...writes: readonly string[]): readonly string[] {
  const terminal = new Terminal();
  for (const write of writes) terminal.write(write);
  return terminal.lines.map((line) => line.map((run) => run.text).join(''));
}

suite('Terminal', () => {
  test('draws a picture over the one before', () => {
    assert.deepEqual(screen('one\r\ntwo\r\n', '\u001b[2A\u001b[Jthree\r\n'), ['three']);
  });

  test('keeps what was said above the picture', () => {
    assert.deepEqual(screen('said\n', 'one\n', '\u001b[1A\u001b[Jtwo\n'), ['said', 'two']);
  });

  test('keeps colors apart from text', () => {
    const terminal = new Terminal();
    terminal.write('\u001b[32mgreen\u001b[0m plain');
    assert.deepEqual(terminal.lines, [
      [
        { text: 'green', style: '32' },
        { text: ' plain', style: '' },
      ],
    ]);
  });
});

suite('animation()', () => {
  test('shows every frame for its share of the time, with text that is no markup', () => {
    const svg = animation(
      [
        { lines: [[{ text: 'a < b', style: '' }]], seconds: 1 },
        { lines: [[{ text: 'ready', style: '32' }]], seconds: 3 },
      ],
      20,
    );
    assert.match(svg, /a &lt; b/);
    assert.match(
      svg,
      /@keyframes kf1\{0%\{visibility:hidden\}25\.00%\{visibility:visible\}100\.00%\{visibility:hidden\}\}/,
    );
  });
});
