/** A command line that cannot be understood: printed with a hint to the usage, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Something that a command could not do: printed without a stack, exit code 1. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandError';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** One command of nodelet. */
export interface Command {
  /** What comes behind `nodelet`, for the help. */
  readonly usage: string;
  readonly summary: string;
  /** More for `nodelet help COMMAND`: options and examples. */
  readonly details: readonly string[];
  /** Runs it; `argv` begins behind the command's name. Gives the exit code. */
  run(argv: readonly string[]): Promise<number>;
}

/** Writes one text to the standard output, and waits when the reader is slow. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}

/** Writes one line for the person to the standard error. */
export function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}
