import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Something that happened in a folder: a name in it was written, or came or went; no name when nobody knows which. */
export interface Heard {
  readonly folder: string;
  readonly name: string | null;
  readonly kind: 'written' | 'moved';
}

/** Begins to watch a folder; throws when it cannot. */
export type WatchFolder = (folder: string, changed: (name: string | null, kind: Heard['kind']) => void) => FSWatcher;

/** Keeps a watch on each of a few folders, and sees when a folder was replaced by another. */
export class Watches implements Disposable {
  readonly #watch: WatchFolder;
  readonly #changed: (heard: Heard) => void;
  readonly #watches = new Map<string, { readonly watcher: FSWatcher; readonly inode: bigint }>();

  constructor(changed: (heard: Heard) => void, watchFolder: WatchFolder = watchHost) {
    this.#changed = changed;
    this.#watch = watchFolder;
  }

  /** Watches what is not watched yet. False when a folder is not there, or the machine has no watches left. */
  async cover(folders: Iterable<string>): Promise<boolean> {
    let covered = true;
    for (const folder of folders) covered = (await this.#coverOne(folder)) && covered;
    return covered;
  }

  [Symbol.dispose](): void {
    for (const folder of [...this.#watches.keys()]) this.#drop(folder);
  }

  async #coverOne(folder: string): Promise<boolean> {
    const inode = await inodeOf(folder);
    // A watch stays with its folder when that is moved away: what then stands here needs a new one.
    if (this.#watches.get(folder)?.inode !== inode) this.#drop(folder);
    if (inode === undefined) return false;
    if (this.#watches.has(folder)) return true;
    try {
      const watcher = this.#watch(folder, (name, kind) => this.#changed({ folder, name, kind }));
      watcher.on('error', () => {
        this.#drop(folder);
        this.#changed({ folder, name: null, kind: 'written' });
      });
      this.#watches.set(folder, { watcher, inode });
      return true;
    } catch {
      // EMFILE, ENOSPC: all inotify instances or watches of the machine are taken. The caller looks by itself more often.
      return false;
    }
  }

  #drop(folder: string): void {
    this.#watches.get(folder)?.watcher.close();
    this.#watches.delete(folder);
  }
}

async function inodeOf(folder: string): Promise<bigint | undefined> {
  try {
    const stats = await stat(folder, { bigint: true });
    return stats.isDirectory() ? stats.ino : undefined;
  } catch {
    return undefined;
  }
}

const watchHost: WatchFolder = (folder, changed) =>
  watch(folder, (event, name) => changed(name, event === 'change' ? 'written' : 'moved'));
