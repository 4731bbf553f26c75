import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { ConfigFiles } from './documents.ts';

// A real configuration has some kilobytes. The bound keeps a wrong path (a disk image, a sparse file) from filling memory.
const largestFile = 4 * 1024 * 1024;

/** The machine's own files. A FIFO or device is refused: reading one could wait for ever. */
export function hostFiles(): ConfigFiles {
  return {
    workingDirectory: process.cwd(),
    readFile: (path) => {
      const stat = statSync(path);
      if (!stat.isFile()) throw new Error(`something else than a file: ${path}`);
      if (stat.size > largestFile) throw new Error(`a file of ${stat.size} bytes; at most ${largestFile} are read`);
      return readFileSync(path, 'utf8');
    },
    list: (directory) =>
      readdirSync(directory, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        isDirectory: entry.isDirectory(),
      })),
  };
}
