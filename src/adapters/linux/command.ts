import { spawn } from 'node:child_process';
import { PortError } from '../../ports/port-error.ts';

// Only the end of what a command says is kept.
const mostWords = 2048;

/**
 * Runs one of the system's programs to its end; rejects `unavailable` with its own words when it fails.
 *
 * Aborting kills it, and whether it has done its work is then unknown.
 */
export function runCommand(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
      env: { LC_ALL: 'C', PATH: path() },
    });
    let said = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (words: string) => {
      said = (said + words).slice(-mostWords);
    });
    child.once('error', (error) => {
      reject(
        signal.aborted ? signal.reason : new PortError('unavailable', `cannot run ${command}: ${error.message}`, error),
      );
    });
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve();
      else reject(new PortError('unavailable', said.trim() || `${command} ended with ${killedBy ?? `status ${code}`}`));
    });
  });
}

function path(): string {
  return process.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
}
