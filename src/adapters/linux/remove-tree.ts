import { readdir, rmdir, unlink } from 'node:fs/promises';
import { PortError } from '../../ports/port-error.ts';
import { DirectoryHandle } from './directory-handle.ts';
import { codeOf } from './errno.ts';

/**
 * Removes a directory and what is in it; an absent one is removed.
 *
 * Links are removed, never followed. Nothing below a mount point is touched: what lies on another mount makes it reject
 * (`conflict`) and stays, whatever the mount table said before.
 */
export async function removeTree(path: string, signal: AbortSignal): Promise<void> {
  try {
    await using directory = await DirectoryHandle.open(path);
    await emptyDirectory(directory, path, signal);
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

async function emptyDirectory(directory: DirectoryHandle, path: string, signal: AbortSignal): Promise<void> {
  for (const entry of await readdir(directory.itself, { withFileTypes: true })) {
    signal.throwIfAborted();
    const { name } = entry;
    // The kernel itself refuses to unlink or to rmdir a mount point (EBUSY).
    if (entry.isDirectory()) await removeChild(directory, name, { path: `${path}/${name}`, signal });
    else await ignoreAbsent(unlink(directory.entry(name)));
  }
}

interface Place {
  readonly path: string;
  readonly signal: AbortSignal;
}

async function removeChild(parent: DirectoryHandle, name: string, { path, signal }: Place): Promise<void> {
  try {
    await using child = await parent.child(name);
    if (child.mountId !== parent.mountId) {
      throw new PortError('conflict', `cannot remove ${path}: something is mounted there`);
    }
    await emptyDirectory(child, path, signal);
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

/** What somebody else has removed meanwhile is removed. */
export async function ignoreAbsent(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
