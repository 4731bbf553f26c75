import { nearest } from '../config/problem.ts';
import { BrokenInvariant } from '../lib/assert.ts';
import { PortError } from '../ports/port-error.ts';
import { CommandError, complain, print, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { helpText } from './help.ts';

/** Runs the command that the words ask for, and gives the exit code: 2 for a line that cannot be understood. */
export async function dispatch(argv: readonly string[]): Promise<number> {
  const { name, rest } = chosen(argv);
  const load = commands[name];
  if (load === undefined && name !== 'help') {
    const near = nearest(name, Object.keys(commands));
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    complain(`nodelet: unknown command ${JSON.stringify(name)}${hint}\nSee \`nodelet help\`.`);
    return 2;
  }
  try {
    const about = name === 'help' ? rest[0] : asksForHelp(rest) ? name : undefined;
    if (load === undefined || about !== undefined) {
      await print(await helpText(commands, about));
      return 0;
    }
    return await (await load()).run(rest);
  } catch (error) {
    return failed(name, error);
  }
}

/** A first word that is a flag is the kubelet's way to be started. */
function chosen(argv: readonly string[]): { readonly name: string; readonly rest: readonly string[] } {
  const first = argv[0];
  if (first === undefined || first === '-h' || first === '--help') return { name: 'help', rest: [] };
  if (first === '--version') return { name: 'version', rest: argv.slice(1) };
  if (first.startsWith('-')) return { name: 'run', rest: argv };
  return { name: first, rest: argv.slice(1) };
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? undefined : end).some((word) => word === '-h' || word === '--help');
}

/** Prints what went wrong. A bug keeps its stack: only that helps whoever repairs it. */
function failed(name: string, error: unknown): number {
  if (error instanceof UsageError) {
    complain(`nodelet ${name}: ${error.message}\nSee \`nodelet help ${name}\`.`);
    return 2;
  }
  if (error instanceof CommandError) {
    complain(`nodelet: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof PortError) {
    complain(`nodelet: ${error.message}`);
    return 1;
  }
  if (error instanceof Error && !(error instanceof BrokenInvariant) && 'code' in error) {
    // What the operating system refused: its message names the call and the file.
    complain(`nodelet ${name}: ${error.message}`);
    return 1;
  }
  throw error;
}
