import { Worker } from 'node:worker_threads';
import type { Clock } from '../../lib/clock.ts';
import { Scope } from '../../lib/scope.ts';
import { after, seconds } from '../../lib/time.ts';
import type { ManifestAnswer, ManifestQuestion } from './manifest-worker.ts';
import { unreadable } from './parse-manifest.ts';

// Measured: the worst 64 KiB that could be found take 0.8 s on a slow core, ordinary manifests of that size 0.1 s; ten
// times as much can take minutes. A thread costs 12 MiB while it runs.
const mostInline = 64 * 1024;

const limits = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

const timeLimit = seconds(10);

/** Whether reading it could hold up everything else. */
export function isLarge(manifest: ManifestQuestion): boolean {
  return manifest.text.length > mostInline;
}

/** Parses a manifest in a thread of its own, with an end to its time and memory. */
export async function parseAside(
  manifest: ManifestQuestion,
  clock: Clock,
  signal: AbortSignal,
): Promise<ManifestAnswer> {
  const { resolve, reject, promise } = Promise.withResolvers<ManifestAnswer>();
  const worker = new Worker(workerFile(), { workerData: manifest, resourceLimits: limits });
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) => {
    const spent =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? `it needs more than ${limits.maxOldGenerationSizeMb} MiB`
        : error.message;
    resolve(unreadable(manifest.file, `cannot be read: ${spent}`));
  });
  await using scope = new Scope(signal);
  scope.spawn(async (ended) => {
    await clock.at(after(clock.now(), timeLimit), ended);
    resolve(unreadable(manifest.file, `cannot be read: it takes longer than ${timeLimit / 1000} s`));
  });
  const aborted = (): void => reject(signal.reason);
  signal.addEventListener('abort', aborted, { once: true });
  try {
    signal.throwIfAborted();
    return await promise;
  } finally {
    signal.removeEventListener('abort', aborted);
    await worker.terminate();
  }
}

/** The worker's program: a source beside this one, or a bundle beside the bundle. */
function workerFile(): URL {
  const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`./manifest-worker${suffix}`, import.meta.url);
}
