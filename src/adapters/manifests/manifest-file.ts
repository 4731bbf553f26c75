import { constants } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';

/** The most that is read of one manifest, as upstream has it. */
export const mostBytes: number = 10 * 1024 * 1024;

/** What stands at a path: its stamp changes when its content does. */
export type FileLook =
  | { readonly kind: 'file'; readonly stamp: string }
  | { readonly kind: 'folder'; readonly stamp: string }
  | { readonly kind: 'refused'; readonly stamp: string; readonly reason: string }
  | { readonly kind: 'gone' };

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'gone' };

/** Whether a name in a folder is a manifest's: no dotfiles and no editors' back-ups. */
export function isManifestName(name: string): boolean {
  return /\.(yaml|yml|json)$/.test(name) && !/^[.#]/.test(name);
}

/** The manifests' names in a folder, in order. Rejects as `readdir` does. */
export async function manifestNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter(isManifestName).sort();
}

/** Looks at what a path leads to, without opening it. */
export async function lookAt(path: string): Promise<FileLook> {
  try {
    const stats = await stat(path, { bigint: true });
    const stamp = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
    if (stats.isDirectory()) return { kind: 'folder', stamp };
    if (!stats.isFile()) return { kind: 'refused', stamp, reason: `is ${typeName(stats)}, not a file` };
    if (stats.size > BigInt(mostBytes)) return { kind: 'refused', stamp, reason: tooLarge(stats.size) };
    return { kind: 'file', stamp };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !(await isLink(path))) return { kind: 'gone' };
    const reason = code === 'ENOENT' ? 'is a link to nothing' : cannotRead(error);
    return { kind: 'refused', stamp: reason, reason };
  }
}

/** Reads a whole manifest; never more than 10 MiB, and never waits for a writer at the other end. */
export async function readManifest(path: string): Promise<FileText> {
  try {
    // Looked at before it is opened (opening some devices does things), and again behind the open file.
    const look = await lookAt(path);
    if (look.kind === 'folder') return { kind: 'refused', reason: 'is a directory, not a file' };
    if (look.kind !== 'file') return look;
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await file.stat();
    if (!stats.isFile()) return { kind: 'refused', reason: `is ${typeName(stats)}, not a file` };
    if (stats.size > mostBytes) return { kind: 'refused', reason: tooLarge(stats.size) };
    // One byte more than it should have: a file that grows meanwhile is seen to be too large.
    const bytes = Buffer.alloc(Math.min(stats.size, mostBytes) + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead > mostBytes) return { kind: 'refused', reason: tooLarge(bytesRead) };
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytesRead)) };
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'refused', reason: 'is not UTF-8 text' };
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? { kind: 'gone' } : { kind: 'refused', reason: cannotRead(error) };
  }
}

/** Why a system call failed, in words that need no manual. */
export function cannotRead(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return 'is a link that leads back to itself';
  if (code === 'EACCES' || code === 'EPERM') return 'cannot be read: permission denied';
  return `cannot be read: ${message}`;
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

function tooLarge(size: number | bigint): string {
  return `must have at most ${mostBytes} bytes, but has ${size}`;
}

interface Kinds {
  isDirectory(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
  isBlockDevice(): boolean;
}

function typeName(stats: Kinds): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isBlockDevice() ? 'a block device' : 'a character device';
}
