import { constants, existsSync } from 'node:fs';
import { appendFile, type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assert } from '../../lib/assert.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Store } from '../../ports/store.ts';
import { codeOf, portError, step } from './errno.ts';
import { fileMode, makeFolder, syncFolder } from './private-files.ts';
import { decodeStore, encodeBatch, header } from './store-format.ts';

interface Waiting {
  readonly batch: ReadonlyMap<string, string | undefined>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

// A file grows to this, or to four times what its rows need, before it is written anew.
const leastToCompact = 1024 * 1024;
const mostGrowth = 4;

/**
 * Rows in one append-only file; a batch is one line with a checksum.
 *
 * Batches that come while a flush is under way share the next one. After a failed write or flush nobody knows what of it
 * is on the disk, so the rows are then written to a new file, which takes the old one's place in one step.
 */
export class FileStore implements Store {
  readonly #path: string;
  #rows = new Map<string, string>();
  #file: FileHandle | undefined;
  #size = 0;
  #damaged = false;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #loaded = false;

  constructor(path: string) {
    this.#path = path;
  }

  async load(
    signal: AbortSignal,
  ): Promise<{ readonly rows: ReadonlyMap<string, string>; readonly broken: readonly string[] }> {
    return await step(`read the store ${this.#path}`, signal, async () => {
      await makeFolder(dirname(this.#path));
      const text = await this.#read();
      this.#loaded = true;
      const broken: string[] = [];
      if (text !== '' && !text.startsWith(`${header}\n`) && !header.startsWith(text)) {
        await rename(this.#path, this.#asideName());
        broken.push(`${this.#path}: it is no store of this version`);
        this.#damaged = true;
        return { rows: new Map(this.#rows), broken };
      }
      const content = decodeStore(text);
      this.#rows = content.rows;
      this.#damaged = content.damaged;
      if (content.corrupt.length > 0) {
        const aside = content.corrupt.map((line) => `${line.text}\n`).join('');
        await appendFile(`${this.#path}.corrupt`, aside, { mode: fileMode });
        for (const { line, keys } of content.corrupt) {
          broken.push(`${this.#path}:${line}${keys.length > 0 ? ` (${keys.join(', ')})` : ''}`);
        }
      }
      return { rows: new Map(this.#rows), broken };
    });
  }

  async write(batch: ReadonlyMap<string, string | undefined>, signal: AbortSignal): Promise<void> {
    assert(this.#loaded, 'a store is read before it is written: else its rows would be lost');
    signal.throwIfAborted();
    const { promise, resolve: done, reject: failed } = Promise.withResolvers<void>();
    this.#waiting.push({ batch, done, failed });
    this.#flushing ??= this.#flushAll();
    await promise;
  }

  /** Resolves when what was asked for is written; the file is closed then. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #flushAll(): Promise<void> {
    // Everything that is asked for in this turn of the loop goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#flush(group);
    }
    this.#flushing = undefined;
  }

  async #flush(group: readonly Waiting[]): Promise<void> {
    const before = this.#rows;
    try {
      const rows = new Map(before);
      const lines: string[] = [];
      for (const { batch } of group) {
        lines.push(encodeBatch([...batch].map(([key, value]) => [key, value ?? null])));
        for (const [key, value] of batch) value === undefined ? rows.delete(key) : rows.set(key, value);
      }
      this.#rows = rows;
      if (this.#mustCompact()) await this.#compact();
      else await this.#append(lines.join(''));
    } catch (error) {
      this.#rows = before;
      this.#damaged = true;
      // On a full disk, half a line would take the room that the new file needs.
      await this.#file?.truncate(this.#size).catch(() => {});
      // What neither the system nor a port reports is a bug: it ends the process, and nobody takes it for a full disk.
      if (codeOf(error) === undefined && !(error instanceof PortError)) {
        for (const { failed } of group) failed(error);
        throw error;
      }
      const cause = portError(`write the store ${this.#path}`, error);
      const failure = new PortError('unknown-outcome', cause.message, error);
      for (const { failed } of group) failed(failure);
      return;
    }
    for (const { done } of group) done();
  }

  #mustCompact(): boolean {
    if (this.#damaged || this.#file === undefined) return true;
    let live = 0;
    for (const [key, value] of this.#rows) live += key.length + value.length;
    return this.#size > Math.max(leastToCompact, live * mostGrowth);
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await this.#file?.appendFile(bytes);
    this.#size += bytes.length;
    await this.#file?.datasync();
  }

  /** All rows in a new file. The old one counts until the new one is on the disk, name and all. */
  async #compact(): Promise<void> {
    const draft = `${this.#path}.new`;
    await this.#file?.close();
    this.#file = undefined;
    await makeFolder(dirname(this.#path));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_APPEND;
    const file = await open(draft, flags, fileMode);
    try {
      const lines = [...this.#rows].map((row) => encodeBatch([row]));
      const bytes = Buffer.from(`${header}\n${lines.join('')}`);
      await file.writeFile(bytes);
      await file.sync();
      await rename(draft, this.#path);
      await syncFolder(dirname(this.#path));
      this.#size = bytes.length;
    } catch (error) {
      await file.close();
      await unlink(draft).catch(() => {});
      throw error;
    }
    this.#file = file;
    this.#damaged = false;
  }

  async #read(): Promise<string> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return '';
      if (codeOf(error) !== 'EISDIR') throw error;
      return '\n';
    }
  }

  /** A name that is not taken: what was set aside before stays. */
  #asideName(): string {
    for (let number = 0; ; number += 1) {
      const name = `${this.#path}.corrupt${number === 0 ? '' : `.${number}`}`;
      if (!existsSync(name)) return name;
    }
  }
}
