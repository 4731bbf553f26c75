import { readdirSync, rmSync, writeFileSync } from 'node:fs';
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
 * Only images that are not there are imported, so that a second start costs one question.
 */
export async function importImages(options: ContainerdOptions, binaries: Binaries, signal: AbortSignal): Promise<void> {
  const ctr = new Ctr(options, binaries);
  if (options.runtime.sandboxImage === pauseImageRef && !(await ctr.has(pauseImageRef, signal))) {
    const archive = join(options.runtime.stateDir, 'pause.tar');
    writeFileSync(archive, pauseImage(imageArchitecture(process.arch)), { mode: 0o600 });
    try {
      await ctr.import(archive, signal);
    } finally {
      rmSync(archive, { force: true });
    }
  }
  for (const archive of options.imageDirs.flatMap(archivesIn)) {
    try {
      await ctr.import(archive, signal);
    } catch (error) {
      // One bad archive must not keep the node down: pods that need it say that they cannot have the image.
      if (!(error instanceof PortError)) throw error;
      options.report({ kind: 'problem', message: error.message });
    }
  }
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
