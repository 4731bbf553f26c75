import type { State } from '../server/routes/state.ts';
import { liveLines } from './render/live.ts';
import { isSettled, lineText, podName, problemLines, waitsOf } from './render/pods.ts';
import { oneLine } from './render/text.ts';

/** Shows the node's state while it changes. */
export interface Screen {
  show(state: State): void;
  /** A line that stays above the picture. */
  say(line: string): void;
}

/** The picture redrawn in place on a terminal, or a line for each change everywhere else. */
export function screenFor(stream: NodeJS.WriteStream): Screen {
  return stream.isTTY ? new TerminalScreen(stream) : new LineScreen((line) => stream.write(`${line}\n`));
}

class TerminalScreen implements Screen {
  readonly #stream: NodeJS.WriteStream;
  #drawn = 0;
  #last: State | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // Ages and back-offs run on although nothing changes.
    setInterval(() => this.#redraw(), 1000).unref();
  }

  show(state: State): void {
    this.#last = state;
    this.#redraw();
  }

  say(line: string): void {
    this.#stream.write(`${this.#erase()}${line}\n`);
    this.#drawn = 0;
    this.#redraw();
  }

  #redraw(): void {
    if (this.#last === undefined) return;
    const look = { width: this.#stream.columns, height: Math.max(4, this.#stream.rows - 1), color: !noColor() };
    const lines = liveLines(this.#last, Date.now(), look);
    // One write for a picture: two would flicker.
    this.#stream.write(`${this.#erase()}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  /** Back to the first line of the picture, and everything below it away. */
  #erase(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`;
  }
}

/** For a file, a pipe or a service's log: what is new since the last state, a line each. */
export class LineScreen implements Screen {
  readonly #write: (line: string) => void;
  #before: ReadonlyMap<string, string> = new Map();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  show(state: State): void {
    const now = changesOf(state);
    for (const [key, line] of now) {
      if (this.#before.get(key) !== line) this.#write(line);
    }
    for (const key of this.#before.keys()) {
      if (key.startsWith('pod ') && !now.has(key)) this.#write(`${key}: gone`);
    }
    this.#before = now;
  }

  say(line: string): void {
    this.#write(line);
  }
}

/** A line for each thing that can change, without what changes by itself (ages). */
function changesOf(state: State): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  const { node } = state;
  lines.set(
    'node',
    `node ${node.name}: ${node.ready ? 'ready' : `not ready: ${node.reasons.map(oneLine).join('; ')}`}`,
  );
  for (const pod of state.pods) {
    const waits = waitsOf(pod).map((wait) => lineText({ code: wait.code, text: wait.text, since: wait.since }, 0));
    const why = isSettled(pod) || waits.length === 0 ? '' : `: ${waits.join('; ')}`;
    const key = `pod ${podName(pod)}`;
    lines.set(key, `${key}: ${pod.summary} (${pod.ready.containers}/${pod.ready.of} ready)${why}`);
  }
  for (const line of problemLines(state.problems)) lines.set(`problem ${line}`, `problem: ${line}`);
  return lines;
}

function noColor(): boolean {
  return (process.env['NO_COLOR'] ?? '') !== '';
}
