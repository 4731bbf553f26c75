import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isAlive, type ProcessSeen, readProcess } from './processes.ts';

/** The lock, or the process that has it. */
export type LockAnswer =
  | { readonly ok: true; readonly release: () => void }
  | { readonly ok: false; readonly holder: ProcessSeen };

// Each round takes away one dead holder's lock; more rounds than this need as many crashes at the same moment.
const mostRounds = 10;

/**
 * Takes the lock file for this process, or says which live process holds it. A dead process's lock is taken over.
 *
 * Made by link(2), which fails when the name is taken, so that two processes never both succeed. Node has no flock(2).
 */
export function takeLock(path: string): LockAnswer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  const self = readProcess(process.pid);
  if (self === undefined) throw new Error(`cannot lock ${path}: /proc/${process.pid} cannot be read`);
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(self), { mode: 0o600 });
  try {
    for (let round = 0; round < mostRounds; round += 1) {
      if (tryLink(own, path)) return { ok: true, release: () => rmSync(path, { force: true }) };
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) return { ok: false, holder };
      takeAway(path, own);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Error(`cannot lock ${path}: ${mostRounds} holders died meanwhile`);
}

/** The live process that holds the lock. */
export function lockHolder(path: string): ProcessSeen | undefined {
  const holder = readHolder(path);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** Moves a dead holder's lock away; another's that came between is put back. */
function takeAway(path: string, own: string): void {
  const aside = `${own}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== undefined && isAlive(moved)) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): ProcessSeen | undefined {
  try {
    const holder: ProcessSeen = JSON.parse(readFileSync(path, 'utf8'));
    return holder;
  } catch {
    return undefined;
  }
}
