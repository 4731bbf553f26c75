import { readFile } from 'node:fs/promises';

/** One line of /proc/self/mountinfo. */
export interface MountRow {
  readonly id: number;
  readonly device: string;
  readonly root: string;
  readonly path: string;
  readonly type: string;
  readonly source: string;
  readonly superOptions: readonly string[];
}

/** The mounts of this process's namespace, in the order in which they were made. */
export async function mountTable(file = '/proc/self/mountinfo'): Promise<readonly MountRow[]> {
  return parseMountTable(await readFile(file, 'utf8'));
}

export function parseMountTable(text: string): readonly MountRow[] {
  const rows: MountRow[] = [];
  for (const line of text.split('\n')) {
    const words = line.split(' ');
    // Optional words stand between the mount's options and a dash; how many is not fixed.
    const dash = words.indexOf('-', 6);
    if (dash < 0) continue;
    const [id = '', , device = '', root = '', path = ''] = words;
    const [type = '', source = '', options = ''] = words.slice(dash + 1);
    rows.push({
      id: Number(id),
      device,
      root: unescaped(root),
      path: unescaped(path),
      type,
      source: unescaped(source),
      superOptions: options.split(','),
    });
  }
  return rows;
}

/** The mounts at a folder and below it, in the order in which they must be taken away. */
export function mountsWithin(rows: readonly MountRow[], folder: string): readonly MountRow[] {
  const below = folder.endsWith('/') ? folder : `${folder}/`;
  // Later mounts lie upon earlier ones and within them.
  return rows.filter((row) => row.path === folder || row.path.startsWith(below)).reverse();
}

/** Blanks, tabs, line ends and backslashes stand as octal numbers, byte by byte. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
