import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LineLog } from '../../ports/store.ts';
import { fileMode, makeFolder } from './private-files.ts';

export interface LineLogOptions {
  readonly path: string;
  /** A file of this size is put aside (".1"), and a new one begun; two are kept. */
  readonly largestFile?: number;
}

const defaultLargestFile = 16 * 1024 * 1024;
// From the first line to its write: a pod that starts says a line every few milliseconds, and each write is a trip
// through a thread. A process that is killed loses as much.
const gathering = 50;
// What waits while the disk is slow; lines beyond are counted and lost.
const mostWaiting = 4 * 1024 * 1024;

/** Lines appended to a file, with a bound on its size. Appending only puts a line into memory; the disk follows. */
export class FileLineLog implements LineLog {
  readonly #path: string;
  readonly #largestFile: number;
  #waiting: string[] = [];
  #waitingSize = 0;
  #writing: Promise<void> | undefined;
  /** Ends the gathering of lines at once. */
  #hurry: () => void = () => undefined;
  #file: FileHandle | undefined;
  #size = 0;
  #lost = 0;

  constructor(options: LineLogOptions) {
    this.#path = options.path;
    this.#largestFile = options.largestFile ?? defaultLargestFile;
  }

  /** How many lines were lost: the disk was full, broken or too slow. */
  get lost(): number {
    return this.#lost;
  }

  append(line: string): void {
    if (this.#waitingSize + line.length > mostWaiting) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#waitingSize += line.length + 1;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all lines so far are written; the file is closed then. */
  async close(): Promise<void> {
    this.#hurry();
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #writeAll(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, gathering);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingSize = 0;
      try {
        await this.#write(`${lines.join('\n')}\n`);
      } catch {
        this.#lost += lines.length;
        await this.#file?.close().catch(() => {});
        this.#file = undefined;
      }
    }
    this.#writing = undefined;
  }

  async #write(text: string): Promise<void> {
    const file = await this.#open();
    const bytes = Buffer.from(text);
    await file.appendFile(bytes);
    this.#size += bytes.length;
    if (this.#size < this.#largestFile) return;
    this.#file = undefined;
    await file.close();
    await rename(this.#path, `${this.#path}.1`);
  }

  async #open(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    await makeFolder(dirname(this.#path));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
    this.#file = await open(this.#path, flags, fileMode);
    this.#size = (await this.#file.stat()).size;
    return this.#file;
  }
}
