import { readFileSync } from 'node:fs';
import { runProgram } from '../../lib/host/program.ts';

/** Mount points at or beneath one of the folders, the deepest first. */
export function mountsBeneath(mountinfo: string, folders: readonly string[]): readonly string[] {
  const points = mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4])
    .filter((point) => point !== undefined)
    .map(decode);
  const ours = points.filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)));
  // Later mounts lie on top of earlier ones; the list is in the order of mounting.
  return ours.reverse();
}

/** Unmounts all beneath the folders. Gives back how many went, and a line for each that did not. */
export async function unmountBeneath(
  folders: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly count: number; readonly left: readonly string[] }> {
  const points = mountsBeneath(readFileSync('/proc/self/mountinfo', 'utf8'), folders);
  const left: string[] = [];
  for (const point of points) {
    const plain = await runProgram({ file: 'umount', args: [point] }, signal);
    if (plain.code === 0) continue;
    // Busy: detached now, and gone when its last user ends.
    const lazy = await runProgram({ file: 'umount', args: ['--lazy', point] }, signal);
    if (lazy.code !== 0) left.push(`mount ${point}: ${lazy.stderr.trim()}`);
  }
  return { count: points.length - left.length, left };
}

/** The kernel writes blank, tab, newline and backslash in a path as three octal digits. */
function decode(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
