import { readdir, readlink, rename, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DirectoryPlan } from '../../core/pod/action.ts';
import { allEnded } from '../../lib/all-ended.ts';
import type { FilePlan, PodDisk } from '../../ports/disk.ts';
import { PortError } from '../../ports/port-error.ts';
import { runCommand } from './command.ts';
import { codeOf, step } from './errno.ts';
import { mountsWithin, mountTable } from './mount-table.ts';
import { draftOf, makeExact, makeFolder, writeWhole } from './private-files.ts';
import { ignoreAbsent, removeTree } from './remove-tree.ts';

// A mount may lie on a mount that was made meanwhile; more rounds than this mean that somebody keeps mounting.
const unmountRounds = 3;

/** The folders, files and links of pods on this machine's disk. */
export class LinuxPodDisk implements PodDisk {
  async prepare(directories: readonly DirectoryPlan[], files: readonly FilePlan[], signal: AbortSignal): Promise<void> {
    for (const wave of waves(directories)) {
      await allEnded(
        wave.map(({ path, mode }) => step(`make the folder ${path}`, signal, () => makeExact(path, mode))),
      );
    }
    await allEnded(
      files.map(({ path, mode, text }) => step(`write ${path}`, signal, () => writeWhole(path, text, mode))),
    );
  }

  async link(path: string, to: string, signal: AbortSignal): Promise<void> {
    await step(`link ${path} to ${to}`, signal, async () => {
      if ((await targetOf(path)) === to) return;
      await makeFolder(dirname(path));
      const draft = draftOf(path);
      await symlink(to, draft);
      try {
        await rename(draft, path);
      } catch (error) {
        await unlink(draft);
        throw error;
      }
    });
  }

  async removeData(directory: string, signal: AbortSignal): Promise<void> {
    await step(`remove ${directory}`, signal, async () => {
      await unmountWithin(directory, signal);
      await removeTree(directory, signal);
    });
  }

  async removeLogs(directory: string, linkPrefix: string, signal: AbortSignal): Promise<void> {
    await step(`remove the logs in ${directory}`, signal, async () => {
      const folder = dirname(linkPrefix);
      const prefix = basename(linkPrefix);
      for (const name of await namesIn(folder)) {
        if (!name.startsWith(prefix)) continue;
        const path = join(folder, name);
        if ((await targetOf(path))?.startsWith(`${directory}/`)) await ignoreAbsent(unlink(path));
      }
      await removeTree(directory, signal);
    });
  }

  async removeFiles(paths: readonly string[], signal: AbortSignal): Promise<void> {
    for (const path of paths) await step(`remove ${path}`, signal, () => ignoreAbsent(unlink(path)));
  }

  async listPods(pods: string, signal: AbortSignal): Promise<readonly string[]> {
    return await step(`list ${pods}`, signal, async () => {
      try {
        const entries = await readdir(pods, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return [];
        throw error;
      }
    });
  }
}

/** Folders side by side, those that others stand in first: each step on disk costs a trip through a thread. */
function* waves(directories: readonly DirectoryPlan[]): Iterable<readonly DirectoryPlan[]> {
  let left = directories;
  while (left.length > 0) {
    const paths = new Set(left.map(({ path }) => path));
    const within = (path: string): boolean =>
      path !== dirname(path) && (paths.has(dirname(path)) || within(dirname(path)));
    yield left.filter(({ path }) => !within(path));
    left = left.filter(({ path }) => within(path));
  }
}

/** Takes away every mount at a folder and below it, the deepest first; rejects `conflict` when one stays. */
async function unmountWithin(directory: string, signal: AbortSignal): Promise<void> {
  let problem: unknown;
  for (let round = 0; round < unmountRounds; round += 1) {
    const mounts = mountsWithin(await mountTable(), directory);
    if (mounts.length === 0) return;
    for (const { path } of mounts) {
      try {
        await runCommand('umount', ['--no-canonicalize', '--', path], signal);
        problem = undefined;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        problem = error;
        // What lies deeper was taken away before: those above it cannot go either.
        break;
      }
    }
  }
  const [left] = mountsWithin(await mountTable(), directory);
  if (left === undefined) return;
  const why = problem instanceof Error ? problem.message : 'somebody keeps mounting there';
  throw new PortError('conflict', `cannot remove ${directory}: ${left.path} cannot be unmounted: ${why}`, problem);
}

async function targetOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    const code = codeOf(error);
    // Not there, or there and not a link.
    if (code === 'ENOENT' || code === 'EINVAL') return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
