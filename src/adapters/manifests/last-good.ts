import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const folderMode = 0o750;
const fileMode = 0o600;

/** A manifest as it was when nothing was wrong with it. */
interface Copy {
  readonly file: string;
  readonly text: string;
}

/**
 * Copies of the manifests that nothing was wrong with: a restart beside a file that went bad, or a folder that is
 * missing, must not stop what they held.
 *
 * Never in the way: a copy that cannot be written or read is one that is not there.
 */
export class LastGood {
  readonly #folder: string | undefined;

  /** Without a folder nothing is kept. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async save(file: string, text: string): Promise<void> {
    if (this.#folder === undefined || (await this.load(file)) === text) return;
    const path = join(this.#folder, nameOf(file));
    try {
      await mkdir(dirname(this.#folder), { mode: folderMode }).catch(() => {});
      await mkdir(this.#folder, { mode: folderMode }).catch(() => {});
      await writeFile(`${path}.new`, JSON.stringify({ file, text } satisfies Copy), { mode: fileMode });
      await rename(`${path}.new`, path);
    } catch {
      // A full disk, say; the copy before it still stands.
    }
  }

  async load(file: string): Promise<string | undefined> {
    return (await this.#read(nameOf(file)))?.text;
  }

  /** The files of a folder that there are copies of. */
  async filesIn(folder: string): Promise<readonly string[]> {
    const files: string[] = [];
    for (const name of await this.#names()) {
      const copy = await this.#read(name);
      if (copy !== undefined && dirname(copy.file) === folder) files.push(copy.file);
    }
    return files.sort();
  }

  /** Forgets all files but these: the others were removed, perhaps while nobody looked. */
  async keepOnly(files: Iterable<string>): Promise<void> {
    const kept = new Set([...files].map(nameOf));
    for (const name of await this.#names()) {
      if (!kept.has(name)) await unlink(join(this.#folder ?? '', name)).catch(() => {});
    }
  }

  async #names(): Promise<readonly string[]> {
    if (this.#folder === undefined) return [];
    return await readdir(this.#folder).catch(() => []);
  }

  async #read(name: string): Promise<Copy | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      const copy: Partial<Copy> = JSON.parse(await readFile(join(this.#folder, name), 'utf8'));
      const { file, text } = copy;
      return typeof file === 'string' && typeof text === 'string' ? { file, text } : undefined;
    } catch {
      return undefined;
    }
  }
}

function nameOf(file: string): string {
  return createHash('sha256').update(file).digest('hex').slice(0, 32);
}
