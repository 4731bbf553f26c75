import { PortError } from '../../ports/port-error.ts';

/** The code of a failed system call ("ENOENT"), or nothing. */
export function codeOf(error: unknown): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}

// What trying again unchanged cannot cure. ENOSPC, EIO and the like may pass.
const refusals: ReadonlySet<string> = new Set([
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'EINVAL',
  'EPERM',
  'EACCES',
  'ENAMETOOLONG',
]);

const words: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EEXIST: 'something else stands there',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'a directory stands there',
  ELOOP: 'a link stands where none may',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the filesystem is read-only',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EPERM: 'the kernel does not permit it',
  EBUSY: 'it is in use',
  EIO: 'the device failed',
  EMFILE: 'too many files are open in this process',
  ENFILE: 'too many files are open on this machine',
};

/** A system call's failure as a port's: "cannot <verb> <object>: <current state>". A PortError passes unchanged. */
export function portError(what: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  const code = codeOf(error);
  const state = words[code ?? ''] ?? (error as Error).message;
  return new PortError(kindOf(code), `cannot ${what}: ${state}`, error);
}

function kindOf(code: string | undefined): PortError['kind'] {
  if (code === 'ENOENT') return 'absent';
  if (code === 'EEXIST' || code === 'EBUSY' || code === 'ENOTEMPTY') return 'conflict';
  return refusals.has(code ?? '') ? 'refused' : 'unavailable';
}

/** Awaits a step and turns its failure into the port's; the signal's own reason passes unchanged. */
export async function step<Value>(what: string, signal: AbortSignal, run: () => Promise<Value>): Promise<Value> {
  signal.throwIfAborted();
  try {
    return await run();
  } catch (error) {
    // What is neither a port's nor the system's failure is the signal's reason, or a bug; neither is for the caller to handle.
    if (codeOf(error) === undefined && !(error instanceof PortError)) throw error;
    if (signal.aborted && error === signal.reason) throw error;
    throw portError(what, error);
  }
}
