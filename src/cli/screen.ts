import type { State } from '../server/routes/state.ts';
import { liveLines } from './render/live.ts';
import { isSettled, podName, problemLines, waitsOf } from './render/pods.ts';
import { oneLine } from './render/text.ts';

/** Shows the node's state while it changes. */
export interface Screen {
  /** Between two pictures: to look at a hundred pods costs as much as to start one. */
  readonly paceMs: number;
  /** Draws this state; on a terminal also what `look` finds, whenever time changes it (ages, back-offs). */
  show(state: State, look: () => State): void;
  /** A line that stays above the picture. */
  say(line: string): void;
  /** Draws no more; what is said from now on stands below. */
  close(): void;
}

/** The picture redrawn in place on a terminal, or a line for each change everywhere else. */
export function screenFor(stream: NodeJS.WriteStream): Screen {
  return stream.isTTY ? new TerminalScreen(stream) : new LineScreen((line) => stream.write(`${line}\n`));
}

class TerminalScreen implements Screen {
  readonly paceMs = 150;
  readonly #stream: NodeJS.WriteStream;
  #drawn = 0;
  #look: (() => State) | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // Ages and back-offs run on although nothing changes.
    setInterval(() => this.#redraw(), 1000).unref();
  }

  show(state: State, look: () => State): void {
    this.#look = look;
    this.#draw(state);
  }

  say(line: string): void {
    this.#stream.write(`${this.#erase()}${line}\n`);
    this.#drawn = 0;
    this.#redraw();
  }

  close(): void {
    this.#look = undefined;
    this.#drawn = 0;
  }

  #redraw(): void {
    if (this.#look !== undefined) this.#draw(this.#look());
  }

  #draw(state: State): void {
    const look = { width: this.#stream.columns, height: Math.max(4, this.#stream.rows - 1), color: !noColor() };
    const lines = liveLines(state, Date.now(), look);
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
  readonly paceMs = 900;
  readonly #write: (line: string) => void;
  #before: ReadonlyMap<string, Change> = new Map();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  show(state: State): void {
    const now = changesOf(state);
    for (const [key, change] of now) {
      if (this.#before.get(key)?.same !== change.same) this.#write(change.line);
    }
    for (const key of this.#before.keys()) {
      if (!now.has(key)) this.#write(`${key}: gone`);
    }
    this.#before = now;
  }

  say(line: string): void {
    this.#write(line);
  }

  close(): void {
    this.#before = new Map();
  }
}

/** A line, and what must change for it to be written again: texts count down by themselves. */
interface Change {
  readonly line: string;
  readonly same: string;
}

function changesOf(state: State): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>();
  const { node } = state;
  const health = node.ready ? 'ready' : `not ready: ${node.reasons.map(oneLine).join('; ')}`;
  changes.set('node', { line: `node ${node.name}: ${health}`, same: health });
  for (const pod of state.pods) {
    const key = `pod ${podName(pod)}`;
    const what = `${key}: ${pod.summary} (${pod.ready.containers}/${pod.ready.of} ready)`;
    const waits = isSettled(pod) ? [] : waitsOf(pod);
    const why = waits.length === 0 ? '' : `: ${waits.map((wait) => oneLine(wait.text)).join(' ')}`;
    changes.set(key, { line: `${what}${why}`, same: `${what} ${waits.map((wait) => wait.code).join(' ')}` });
  }
  for (const line of problemLines(state.problems))
    changes.set(`problem ${line}`, { line: `problem: ${line}`, same: line });
  return changes;
}

function noColor(): boolean {
  return (process.env['NO_COLOR'] ?? '') !== '';
}
