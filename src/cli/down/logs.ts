import { readdirSync, readlinkSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Removes the log folders of pods with these UIDs, and the links that point into them.
 *
 * The folders are shared with any other kubelet of the machine: only what carries a UID of ours goes.
 */
export function removeLogs(podLogs: string, uids: ReadonlySet<string>): number {
  const ours = entries(podLogs).filter((name) => uids.has(name.slice(name.lastIndexOf('_') + 1)));
  const folders = ours.map((name) => join(podLogs, name));
  for (const links of ['/var/log/containers', join(dirname(podLogs), 'containers')]) removeLinks(links, folders);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  removeIfEmpty(podLogs);
  return folders.length;
}

function removeLinks(links: string, folders: readonly string[]): void {
  for (const name of entries(links)) {
    const path = join(links, name);
    const target = linkTarget(path);
    if (target !== undefined && folders.some((folder) => target.startsWith(`${folder}/`)))
      rmSync(path, { force: true });
  }
  removeIfEmpty(links);
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty: others log there too.
  }
}
