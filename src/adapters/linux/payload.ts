import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chown, lstat, mkdir, open, readdir, readlink, rename, symlink, unlink } from 'node:fs/promises';
import type { VolumeFile } from '../../core/volume/plan.ts';
import { PortError } from '../../ports/port-error.ts';
import { DirectoryHandle } from './directory-handle.ts';
import { codeOf } from './errno.ts';
import { removeTree } from './remove-tree.ts';

/** The files of a configMap or secret volume, as one set. */
export interface Payload {
  readonly files: readonly VolumeFile[];
  readonly group?: number;
}

// The link that all names go through; what it names is swapped in one step.
const dataLink = '..data';
const draftLink = '..data_new';
const setName = /^\.\.set_[0-9a-f]{16}$/;

const folderMode = 0o755;
// With a group: its members read files and list folders, and what is made inside keeps the group.
const groupFileBits = 0o440;
const groupFolderBits = 0o2550;

/**
 * Brings a folder to show exactly these files, the old set or the new one and never half of both.
 *
 * The set lies in a hidden folder of its own; `..data` leads to it, and each name leads through `..data`. A set that is
 * right already is left untouched. All is done through the open folder: links that a container put there lead nowhere.
 */
export async function writePayload(path: string, payload: Payload, signal: AbortSignal): Promise<void> {
  await using volume = await DirectoryHandle.open(path);
  const current = await currentSet(volume);
  if (current === undefined || !(await isRight(volume, current, payload))) {
    signal.throwIfAborted();
    const fresh = `..set_${randomBytes(8).toString('hex')}`;
    await writeSet(volume, fresh, payload);
    await swapLink(volume, { name: dataLink, draft: draftLink, to: fresh });
  }
  await linkNames(volume, payload.files);
  await removeOldSets(volume, signal);
}

/** The name of the set that counts; undefined when there is none, or something else stands there. */
async function currentSet(volume: DirectoryHandle): Promise<string | undefined> {
  const name = await linkAt(volume, dataLink);
  if (name === undefined || !setName.test(name)) return undefined;
  const stats = await lstat(volume.entry(name)).catch(() => undefined);
  return stats?.isDirectory() === true ? name : undefined;
}

async function isRight(volume: DirectoryHandle, set: string, payload: Payload): Promise<boolean> {
  try {
    await using folder = await volume.child(set);
    const wanted = new Map(payload.files.map((file) => [file.path, file]));
    const found = await filesIn(folder, '');
    if (found.length !== wanted.size) return false;
    for (const path of found) {
      const file = wanted.get(path);
      if (file === undefined || !(await isSame(folder, file, payload.group))) return false;
    }
    return true;
  } catch (error) {
    // Whatever is odd about it is cured by a fresh set.
    if (codeOf(error) === undefined) throw error;
    return false;
  }
}

async function isSame(folder: DirectoryHandle, file: VolumeFile, group: number | undefined): Promise<boolean> {
  await using handle = await openInside(folder, file.path, constants.O_RDONLY);
  const stats = await handle.stat();
  const wanted = Buffer.from(file.content as Uint8Array);
  if (!stats.isFile() || stats.size !== wanted.length || (stats.mode & 0o7777) !== modeOf(file, group)) return false;
  if (group !== undefined && stats.gid !== group) return false;
  return (await handle.readFile()).equals(wanted);
}

async function filesIn(folder: DirectoryHandle, above: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder.itself, { withFileTypes: true })) {
    const path = `${above}${entry.name}`;
    if (!entry.isDirectory()) paths.push(path);
    else {
      await using child = await folder.child(entry.name);
      paths.push(...(await filesIn(child, `${path}/`)));
    }
  }
  return paths;
}

async function writeSet(volume: DirectoryHandle, name: string, payload: Payload): Promise<void> {
  await using set = await makeInside(volume, name, payload.group);
  for (const file of payload.files) {
    const parts = file.path.split('/');
    const leaf = parts.pop() ?? '';
    if (leaf === '' || parts.includes('..') || leaf === '..') {
      throw new PortError('refused', `cannot write ${file.path}: it leads out of the volume`);
    }
    await using folder = await descend(set, parts, payload.group);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    await using handle = await open(folder.entry(leaf), flags, 0o600);
    await handle.writeFile(file.content);
    // The owner first: changing it takes some mode bits away.
    if (payload.group !== undefined) await handle.chown(0, payload.group);
    await handle.chmod(modeOf(file, payload.group));
  }
}

/** Opens a folder within the set, making what is missing. */
async function descend(
  set: DirectoryHandle,
  parts: readonly string[],
  group: number | undefined,
): Promise<DirectoryHandle> {
  let folder = await DirectoryHandle.open(set.itself.concat('/.'));
  for (const part of parts.filter((step) => step !== '' && step !== '.')) {
    await using above = folder;
    folder = await makeInside(above, part, group);
  }
  return folder;
}

async function makeInside(parent: DirectoryHandle, name: string, group: number | undefined): Promise<DirectoryHandle> {
  try {
    await mkdir(parent.entry(name), { mode: folderMode });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const folder = await parent.child(name);
  if (group !== undefined) await chown(folder.itself, 0, group);
  await folder.chmod(group === undefined ? folderMode : folderMode | groupFolderBits);
  return folder;
}

/** Opens a file of the set without following links on the way. */
async function openInside(set: DirectoryHandle, path: string, flags: number) {
  const parts = path.split('/');
  const leaf = parts.pop() ?? '';
  let folder = await DirectoryHandle.open(set.itself.concat('/.'));
  for (const part of parts) {
    await using above = folder;
    folder = await above.child(part);
  }
  await using last = folder;
  return await open(last.entry(leaf), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

function modeOf(file: VolumeFile, group: number | undefined): number {
  return group === undefined ? file.mode : file.mode | groupFileBits;
}

/** One link for each name at the top of the set; those of names that are gone are taken away. */
async function linkNames(volume: DirectoryHandle, files: readonly VolumeFile[]): Promise<void> {
  const names = new Set(files.map((file) => file.path.split('/')[0] ?? ''));
  for (const name of await readdir(volume.itself)) {
    if (names.has(name) || name.startsWith('..')) continue;
    if ((await linkAt(volume, name)) === `${dataLink}/${name}`) await unlink(volume.entry(name));
  }
  for (const name of names) {
    const to = `${dataLink}/${name}`;
    if ((await linkAt(volume, name)) !== to) await swapLink(volume, { name, draft: `..new_${name}`, to });
  }
}

interface LinkPlan {
  readonly name: string;
  readonly draft: string;
  readonly to: string;
}

async function swapLink(volume: DirectoryHandle, { name, draft, to }: LinkPlan): Promise<void> {
  // One may be left of a crash.
  await unlink(volume.entry(draft)).catch(() => {});
  await symlink(to, volume.entry(draft));
  await rename(volume.entry(draft), volume.entry(name));
}

async function removeOldSets(volume: DirectoryHandle, signal: AbortSignal): Promise<void> {
  const current = await linkAt(volume, dataLink);
  for (const name of await readdir(volume.itself)) {
    if (name === current || !setName.test(name)) continue;
    await removeTree(volume.entry(name), signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      // It is hidden and hurts nobody; the next change tries again. A mount in it is somebody's, and stays.
      if (!(error instanceof PortError)) throw error;
    });
  }
}

async function linkAt(folder: DirectoryHandle, name: string): Promise<string | undefined> {
  try {
    return await readlink(folder.entry(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'EINVAL') return undefined;
    throw error;
  }
}
