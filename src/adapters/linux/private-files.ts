import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errno.ts';

/** State folders: only root and its group look in. */
export const folderMode = 0o750;
/** State files hold what pods were told in confidence. */
export const fileMode = 0o600;

/**
 * Makes a state folder and those above it; what is there already keeps its mode.
 *
 * Not by `mkdir` with `recursive`: where the kernel says ENOENT for a parent that is there (as below /proc), Node asks
 * again and again for ever.
 */
export async function makeFolder(path: string, mode: number = folderMode): Promise<void> {
  try {
    await mkdir(path, { mode });
    return;
  } catch (error) {
    const code = codeOf(error);
    // EROFS and the like come before EEXIST: what is there needs no making.
    if (code !== 'ENOENT') return await requireFolder(path, error);
  }
  const above = dirname(path);
  if (above !== path) await makeFolder(above, mode);
  await mkdir(path, { mode }).catch((error: unknown) => requireFolder(path, error));
}

async function requireFolder(path: string, error: unknown): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() !== true) throw error;
}

/** Makes a folder with exactly these permission bits. */
export async function makeExact(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
    // What the umask leaves alone is as it was asked for, and needs no second look.
    if ((mode & process.umask()) === 0) return;
  } catch {
    await makeFolder(path);
  }
  await setMode(path, mode);
}

/** Gives a path exactly these permission bits; `mkdir` and `open` leave out what the umask names. */
export async function setMode(path: string, mode: number): Promise<void> {
  const stats = await stat(path);
  if ((stats.mode & 0o7777) !== mode) await chmod(path, mode);
}

/** Replaces a small file as a whole; one that has this text and mode already is left alone. */
export async function writeWhole(path: string, text: string | Uint8Array, mode: number): Promise<void> {
  if (await isWritten(path, text, mode)) return;
  const draft = draftOf(path);
  try {
    await using file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    await file.writeFile(text);
    await file.chmod(mode);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw error;
  }
  await rename(draft, path);
}

/** A name beside a file that nobody else uses. */
export function draftOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.new`;
}

/** Makes the names in a folder as durable as the files that they name. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await folder.sync();
}

async function isWritten(path: string, text: string | Uint8Array, mode: number): Promise<boolean> {
  try {
    const stats = await stat(path);
    const wanted = Buffer.from(text as Uint8Array);
    if (!stats.isFile() || stats.size !== wanted.length || (stats.mode & 0o7777) !== mode) return false;
    return (await readFile(path)).equals(wanted);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
