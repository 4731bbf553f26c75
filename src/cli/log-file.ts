import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { parseLogRecord } from '../kube/cri-log.ts';

const blockSize = 64 * 1024;
const newline = 0x0a;

/** A container's log file that is read on while it grows. Whole lines only: what has no newline yet waits for it. */
export class LogFile implements Disposable {
  readonly #path: string;
  #file: number;
  #at: number;
  #rest: Buffer = Buffer.alloc(0);

  /** `tail`: begin with that many of the last lines; from the start when left out. */
  constructor(path: string, tail: number | undefined) {
    this.#path = path;
    this.#file = openSync(path, 'r');
    this.#at = tail === undefined ? 0 : tailStart(this.#file, tail);
  }

  /** The lines that came since the last call, those of a file that replaced this one (a rotation) too. */
  *lines(): Generator<string> {
    yield* this.#drain();
    while (this.#wasReplaced()) {
      // The runtime may have written to the old file until it was told of the new one.
      yield* this.#drain();
      closeSync(this.#file);
      this.#file = openSync(this.#path, 'r');
      this.#at = 0;
      this.#rest = Buffer.alloc(0);
      yield* this.#drain();
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  *#drain(): Generator<string> {
    const block = Buffer.alloc(blockSize);
    for (;;) {
      const size = readSync(this.#file, block, 0, blockSize, this.#at);
      if (size === 0) return;
      this.#at += size;
      let bytes = Buffer.concat([this.#rest, block.subarray(0, size)]);
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline)) {
        yield bytes.toString('utf8', 0, end);
        bytes = bytes.subarray(end + 1);
      }
      this.#rest = bytes;
    }
  }

  #wasReplaced(): boolean {
    const now = statSync(this.#path, { throwIfNoEntry: false });
    return now !== undefined && now.ino !== fstatSync(this.#file).ino;
  }
}

/** Where the last `count` lines of a file begin. Records of one long line (tag P) count as one. */
export function tailStart(file: number, count: number): number {
  const { size } = fstatSync(file);
  if (count === 0) return size;
  let text = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const from = Math.max(0, start - blockSize);
    const block = Buffer.alloc(start - from);
    readSync(file, block, 0, block.length, from);
    text = Buffer.concat([block, text]);
    start = from;
    const at = startOfLast(text, count, start === 0);
    if (at !== undefined) return start + at;
  }
  return 0;
}

/** The offset of the `count`-th whole line from the end; nothing when the bytes do not reach back that far. */
function startOfLast(text: Buffer, count: number, whole: boolean): number | undefined {
  let seen = 0;
  let end = text.length;
  if (text[end - 1] === newline) end -= 1;
  while (end > 0) {
    const start = text.lastIndexOf(newline, end - 1) + 1;
    if (start === 0 && !whole) return undefined;
    // A line's last record is its F; the one before it begins behind the F of the line before.
    if (parseLogRecord(text.toString('utf8', start, end))?.partial !== true) seen += 1;
    if (seen > count) return end + 1;
    end = start - 1;
  }
  return whole ? 0 : undefined;
}
