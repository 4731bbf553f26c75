import { buildConfig } from './build.ts';
import type { Config } from './config.ts';
import { crossRules } from './cross-rules.ts';
import { type Command, defaultsOfCommand, deriveDefaults } from './defaults.ts';
import { type ConfigFiles, readDocuments } from './documents.ts';
import { flagNamed, pathOf } from './flags.ts';
import { type Located, plain } from './located.ts';
import { noticesOf } from './notices.ts';
import { type Origins, originsIn } from './origins.ts';
import { type ParsedFlags, parseFlags } from './parse-flags.ts';
import type { ConfigError } from './problem.ts';
import { gatesOf, judge } from './rules.ts';
import type { Reading } from './value-type.ts';
import { effectiveValues, type Values } from './values.ts';

/** A configuration that can be started. */
export interface Loaded {
  readonly config: Config;
  /** Every value that counts, and where it came from; renderConfig() prints it. */
  readonly origins: Origins;
  /** What was set and has no effect, a line each. */
  readonly notices: readonly string[];
}

/** A configuration that cannot: every fault of it. */
export interface Faulty {
  readonly errors: readonly ConfigError[];
}

/**
 * Reads the command line of `nodelet run` (or `up`), its configuration file and drop-ins into one configuration.
 *
 * Defaults stand under the file, the file under the drop-ins, those under the flags. Finds all faults at once and
 * throws for none of them. `argv` begins behind the command's name.
 */
export function loadConfig(argv: readonly string[], files: ConfigFiles, command: Command = 'run'): Loaded | Faulty {
  const errors: ConfigError[] = [];
  const reading: Reading = {
    report: (error) => errors.push(error),
    workingDirectory: files.workingDirectory,
  };
  const flags = parseFlags(argv, reading);
  const values = valuesOf(flags, files, command, reading);
  judgePositionals(flags.positionals, values, command, reading);
  const reported = new Set(errors.map(({ path }) => pathOfError(path)));
  judge(values, { command, isGateOn: gatesOf(values) }, crossRules, {
    reading,
    wrong: (path) => reported.has(path),
  });
  if (errors.length > 0) return { errors: withoutRepeats(errors) };
  const invocation = { command, manifestPaths: flags.positionals, workingDirectory: files.workingDirectory };
  return {
    config: buildConfig(values, invocation),
    origins: originsIn(values),
    notices: noticesOf(values, command),
  };
}

/** The values that count, before the rules over several of them are judged. */
export function valuesOf(flags: ParsedFlags, files: ConfigFiles, command: Command, reading: Reading): Values {
  const documents = readDocuments(pathIn(flags, '--config'), pathIn(flags, '--config-dir'), files, reading);
  return deriveDefaults(effectiveValues(documents, flags.values, defaultsOfCommand(command)), command);
}

function pathIn(flags: ParsedFlags, path: string): string {
  const value: Located | undefined = flags.values.get(path);
  return value === undefined ? '' : String(plain(value));
}

function judgePositionals(given: readonly string[], values: Values, command: Command, reading: Reading): void {
  if (command === 'run') {
    for (const argument of given) {
      reading.report({ path: argument, expected: 'only flags', got: 'an argument that belongs to no flag' });
    }
  } else if (given.length === 0 && !values.isSet('staticPodPath')) {
    reading.report({ path: 'DIR', expected: 'a folder or file of manifests', got: 'nothing' });
  }
}

/** The path of the field that an error is about: flags name themselves, parts of a value name more than the field. */
function pathOfError(path: string): string {
  const flag = path.startsWith('--') ? flagNamed(path.slice(2)) : undefined;
  return flag === undefined ? path.replace(/\[.*$/, '') : pathOf(flag);
}

// A file that is both --config and in --config-dir tells its faults twice.
function withoutRepeats(errors: readonly ConfigError[]): readonly ConfigError[] {
  const seen = new Set<string>();
  return errors.filter((error) => {
    const key = JSON.stringify(error);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
