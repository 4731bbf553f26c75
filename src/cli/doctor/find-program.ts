import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Whether one of the folders holds the program. */
export function isProgramIn(program: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
