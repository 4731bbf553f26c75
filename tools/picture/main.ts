import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { animation, type Frame } from './svg.ts';
import { Terminal } from './terminal.ts';

// node tools/picture/main.ts OUT.svg: records `nodelet up examples` on a terminal from nothing to ready, and draws it.
const [out = 'docs/up.svg'] = process.argv.slice(2);
const columns = 110;
const seconds = 14;
// A picture of every redraw would be a film of megabytes.
const shortest = 0.25;
const lastShown = 5;

const dir = mkdtempSync(join(tmpdir(), 'nodelet-picture-'));
const [text, timing] = [join(dir, 'text'), join(dir, 'timing')];
try {
  execFileSync('script/build', ['--if-needed'], { stdio: 'inherit' });
  const command = `stty cols ${columns} rows 45; exec timeout --foreground -s INT ${seconds} bin/nodelet up examples`;
  const args = ['-q', '--log-out', text, '--log-timing', timing, '-c', `bash -c '${command}'`];
  execFileSync('script', args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, TERM: 'xterm' } });
  writeFileSync(out, animation(framesOf(readFileSync(text), readFileSync(timing, 'utf8')), columns));
} finally {
  rmSync(dir, { recursive: true });
}

function framesOf(recorded: Buffer, delays: string): readonly Frame[] {
  const terminal = new Terminal();
  const frames: Frame[] = [];
  // The recording begins with a line of its own.
  let at = recorded.indexOf('\n') + 1;
  let waited = 0;
  for (const line of delays.trim().split('\n')) {
    const [delay = '0', bytes = '0'] = line.split(' ').slice(-2);
    waited += Number(delay);
    if (waited >= shortest && terminal.lines.length > 0) {
      frames.push({ lines: terminal.lines, seconds: Math.min(waited, 2) });
      waited = 0;
    }
    const written = recorded.subarray(at, at + Number(bytes)).toString('utf8');
    if (written.includes('nodelet ends')) break;
    terminal.write(written);
    at += Number(bytes);
  }
  frames.push({ lines: terminal.lines, seconds: lastShown });
  return frames.filter(
    (frame, index) => index === 0 || JSON.stringify(frame.lines) !== JSON.stringify(frames[index - 1]?.lines),
  );
}
