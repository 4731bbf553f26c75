import { spawn } from 'node:child_process';

/** How a program ended, and what it wrote. */
export interface ProgramResult {
  /** The exit code; absent when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads on its standard input; nothing when left out. */
  readonly input?: string;
}

// More than any program that nodelet runs has to say; what comes after it is dropped.
const longestOutput = 1024 * 1024;

/**
 * Runs a program to its end and keeps what it wrote, 1 MiB of each stream.
 *
 * Rejects when it cannot be started, and with the signal's reason when that is aborted first (the program is killed).
 */
export function runProgram(program: Program, signal: AbortSignal): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.file, program.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(program.env === undefined ? {} : { env: program.env }),
      signal,
      killSignal: 'SIGKILL',
    });
    // A program that ends without reading all of it is no error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(program.input ?? '');
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.once('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.once('close', (code) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ code: code ?? undefined, stdout: stdout(), stderr: stderr() });
    });
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < longestOutput) chunks.push(chunk.subarray(0, longestOutput - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}
