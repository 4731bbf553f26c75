import type { Readable, Writable } from 'node:stream';
import { CommandError } from '../command.ts';
import { type OpenStream, SpdyConnection, type StreamReader } from './spdy.ts';

/** What a command in a container is connected to. */
export interface RemoteCommand {
  readonly url: string;
  /** Absent: the command has no standard input. */
  readonly stdin?: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** A terminal: one output stream, and its size told at the start and whenever it changes. */
  readonly terminal?: Terminal;
}

export interface Terminal {
  size(): { readonly width: number; readonly height: number };
  onResize(listener: () => void): () => void;
}

const protocols: readonly string[] = ['v4.channel.k8s.io'];

/** Runs to the command's end. Gives its exit code; throws when the runtime could not run it or the connection broke. */
export async function runRemoteCommand(remote: RemoteCommand): Promise<number> {
  const connection = await SpdyConnection.connect(remote.url, protocols);
  try {
    const verdict = new Verdict();
    const errors = await connection.open({ streamtype: 'error' }, verdict);
    errors.end();
    const stdin = remote.stdin === undefined ? undefined : await connection.open({ streamtype: 'stdin' }, ignored);
    const outputs = [await output('stdout', remote.stdout, connection)];
    if (remote.terminal === undefined) outputs.push(await output('stderr', remote.stderr, connection));
    else await tellSize(remote.terminal, connection);
    // Last: the server reads no input before it has seen all streams, and until then would see no other stream behind it.
    if (remote.stdin !== undefined && stdin !== undefined) feed(remote.stdin, stdin, connection);
    await Promise.race([Promise.all([verdict.ended, ...outputs.map((one) => one.ended)]), connection.closed]);
    return verdict.exitCode();
  } finally {
    connection.close();
  }
}

/** The error stream: how the command ended, as a Kubernetes Status. */
class Verdict implements StreamReader {
  readonly ended: Promise<void>;
  readonly #chunks: Buffer[] = [];
  readonly end: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.end = resolve;
  }

  readonly data = (chunk: Buffer): boolean => {
    this.#chunks.push(chunk);
    return true;
  };

  exitCode(): number {
    const text = Buffer.concat(this.#chunks).toString();
    if (text === '') throw new CommandError('the connection to the runtime broke before the command had ended');
    return exitCodeOf(text);
  }
}

/** The exit code in a Status of the error stream: 0 for success; throws the message of any failure that is not an exit code. */
export function exitCodeOf(text: string): number {
  let status: StatusRead;
  try {
    status = JSON.parse(text);
  } catch {
    throw new CommandError(`the runtime could not run the command: ${text.trim()}`);
  }
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find((cause) => cause.reason === 'ExitCode')?.message;
  if (code !== undefined && /^\d+$/.test(code)) return Number(code);
  throw new CommandError(`the runtime could not run the command: ${status.message ?? text.trim()}`);
}

interface StatusRead {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

const ignored: StreamReader = { data: () => true, end: () => undefined };

/** Opens an output stream. What it gives back `ended` when all of it has come. */
async function output(
  name: 'stdout' | 'stderr',
  to: Writable,
  connection: SpdyConnection,
): Promise<{ readonly ended: Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = await connection.open(
    { streamtype: name },
    {
      data: (chunk) => {
        if (to.write(chunk)) return true;
        to.once('drain', () => connection.resume());
        return false;
      },
      end: resolve,
    },
  );
  stream.end();
  return { ended: promise };
}

function feed(from: Readable, to: OpenStream, connection: SpdyConnection): void {
  from.on('data', (chunk: Buffer) => {
    if (to.write(chunk)) return;
    from.pause();
    void connection.drained().then(() => from.resume());
  });
  from.once('end', () => to.end());
}

async function tellSize(terminal: Terminal, connection: SpdyConnection): Promise<void> {
  const resize = await connection.open({ streamtype: 'resize' }, ignored);
  const tell = (): void => {
    const { width, height } = terminal.size();
    resize.write(Buffer.from(`${JSON.stringify({ Width: width, Height: height })}\n`));
  };
  tell();
  const stop = terminal.onResize(tell);
  void connection.closed.then(stop);
}
