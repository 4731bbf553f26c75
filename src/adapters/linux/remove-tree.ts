import { randomBytes } from 'node:crypto';
import { readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { PortError } from '../../ports/port-error.ts';
import { DirectoryHandle } from './directory-handle.ts';
import { codeOf } from './errno.ts';

// Each level holds an open directory. What lies deeper is brought up first: a container may nest folders without end.
const mostOpen = 32;

/**
 * Removes a directory and what is in it; an absent one is removed.
 *
 * Links are removed, never followed. Nothing below a mount point is touched: what lies on another mount makes it reject
 * (`conflict`) and stays, whatever the mount table said before.
 */
export async function removeTree(path: string, signal: AbortSignal): Promise<void> {
  try {
    await using directory = await DirectoryHandle.open(path);
    await new TreeRemoval(directory, signal).run(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return;
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
    // A file or a link: it goes, what it leads to stays.
    await ignoreAbsent(unlink(path));
    return;
  }
  await ignoreAbsent(rmdir(path));
}

class TreeRemoval {
  readonly #root: DirectoryHandle;
  readonly #signal: AbortSignal;
  #broughtUp = 0;

  constructor(root: DirectoryHandle, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
  }

  /** Empties the root; again while something was brought up into it. */
  async run(path: string): Promise<void> {
    let before = -1;
    while (before !== this.#broughtUp) {
      before = this.#broughtUp;
      await this.#empty(this.#root, path, 1);
    }
  }

  async #empty(directory: DirectoryHandle, path: string, depth: number): Promise<void> {
    for (const entry of await readdir(directory.itself, { withFileTypes: true })) {
      this.#signal.throwIfAborted();
      const { name } = entry;
      // The kernel itself refuses to unlink, to rmdir or to rename a mount point (EBUSY).
      if (!entry.isDirectory()) await ignoreAbsent(unlink(directory.entry(name)));
      else if (depth < mostOpen) await this.#remove(directory, name, { path: `${path}/${name}`, depth });
      else {
        this.#broughtUp += 1;
        await rename(directory.entry(name), this.#root.entry(`.removing-${randomBytes(8).toString('hex')}`));
      }
    }
  }

  async #remove(parent: DirectoryHandle, name: string, at: { path: string; depth: number }): Promise<void> {
    try {
      await using child = await parent.child(name);
      if (child.mountId !== parent.mountId) {
        throw new PortError('conflict', `cannot remove ${at.path}: something is mounted there`);
      }
      await this.#empty(child, at.path, at.depth + 1);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT') return;
      if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
      // Swapped for a file or a link since it was listed.
      await ignoreAbsent(unlink(parent.entry(name)));
      return;
    }
    await ignoreAbsent(rmdir(parent.entry(name)));
  }
}

/** What somebody else has removed meanwhile is removed. */
export async function ignoreAbsent(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
