import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../lib/host/program.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Binaries } from './find.ts';
import { imageArchitecture } from './oci-archive.ts';
import { type ContainerdOptions, criNamespace, pathsOf } from './options.ts';
import { pauseImage, pauseImageRef } from './pause-image.ts';

/**
 * Brings in what pods need before any registry is asked: the sandbox image, and the archives in `options.imageDirs`.
 *
 * What was imported is remembered as long as the boot lasts, so that taking over a running containerd costs nothing.
 */
export async function importImages(options: ContainerdOptions, binaries: Binaries, signal: AbortSignal): Promise<void> {
  const ctr = new Ctr(options, binaries);
  const imported = new Imported(join(options.runtime.stateDir, 'imported.json'));
  if (options.runtime.sandboxImage === pauseImageRef && !imported.has(pauseImageRef, '')) {
    if (!(await ctr.has(pauseImageRef, signal))) await importPause(options, ctr, signal);
    imported.add(pauseImageRef, '');
  }
  for (const archive of options.imageDirs.flatMap(archivesIn)) {
    const stamp = stampOf(archive);
    if (imported.has(archive, stamp)) continue;
    try {
      await ctr.import(archive, signal);
      imported.add(archive, stamp);
    } catch (error) {
      // One bad archive must not keep the node down: pods that need it say that they cannot have the image.
      if (!(error instanceof PortError)) throw error;
      options.report({ kind: 'problem', message: error.message });
    }
  }
}

async function importPause(options: ContainerdOptions, ctr: Ctr, signal: AbortSignal): Promise<void> {
  const archive = join(options.runtime.stateDir, 'pause.tar');
  writeFileSync(archive, pauseImage(imageArchitecture(process.arch)), { mode: 0o600 });
  try {
    await ctr.import(archive, signal);
  } finally {
    rmSync(archive, { force: true });
  }
}

/** What was imported in this boot: size and time of each archive. */
class Imported {
  readonly #path: string;
  readonly #stamps: Record<string, string>;

  constructor(path: string) {
    this.#path = path;
    this.#stamps = readStamps(path);
  }

  has(archive: string, stamp: string): boolean {
    return this.#stamps[archive] === stamp;
  }

  add(archive: string, stamp: string): void {
    this.#stamps[archive] = stamp;
    writeFileSync(this.#path, JSON.stringify(this.#stamps));
  }
}

function readStamps(path: string): Record<string, string> {
  try {
    const read: Record<string, string> = JSON.parse(readFileSync(path, 'utf8'));
    return read;
  } catch {
    return {};
  }
}

function stampOf(archive: string): string {
  const stat = statSync(archive, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.size} ${stat.mtimeMs}`;
}

/** containerd's own command line, for what CRI has no call for. */
export class Ctr {
  readonly #file: string;
  readonly #args: readonly string[];

  constructor(options: ContainerdOptions, binaries: Binaries) {
    this.#file = binaries.ctr;
    this.#args = ['--address', pathsOf(options).socket, '--namespace', criNamespace];
  }

  async has(reference: string, signal: AbortSignal): Promise<boolean> {
    const names = await this.#run(['images', 'list', '--quiet', `name==${reference}`], signal);
    return names.trim() !== '';
  }

  /** Imports an OCI or Docker archive with all names that it gives its images. */
  async import(archive: string, signal: AbortSignal): Promise<void> {
    await this.#run(['images', 'import', archive], signal);
  }

  async #run(args: readonly string[], signal: AbortSignal): Promise<string> {
    const what = `ctr ${args.join(' ')}`;
    const result = await runProgram({ file: this.#file, args: [...this.#args, ...args] }, signal).catch((error) => {
      signal.throwIfAborted();
      throw new PortError('unavailable', `cannot run ${what}: ${String(error)}`, error);
    });
    if (result.code === 0) return result.stdout;
    throw new PortError('unavailable', `cannot run ${what}: ${result.stderr.trim().slice(-500)}`);
  }
}

function archivesIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.tar') && !name.startsWith('.'));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}
