import { type Logger as Pino, pino } from 'pino';
import type { LoggingConfig } from '../config/config.ts';
import type { Logger } from '../ports/logger.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/** From this verbosity on every step and its reason is logged. */
export const debugVerbosity = 4;

/** Writes the agent's log as JSON (one object a line, pino's) or as text a person reads, a line each. */
export function createLogger(config: LoggingConfig, write: (line: string) => void): Logger {
  const debug = config.verbosity >= debugVerbosity;
  if (config.format === 'json') return jsonLogger(debug, write);
  const log = (level: Level, message: string, fields: Fields): void =>
    write(textLine(level, message, { fields, now: new Date() }));
  return loggerOf((level, message, fields) => {
    if (level !== 'debug' || debug) log(level, message, fields);
  });
}

function jsonLogger(debug: boolean, write: (line: string) => void): Logger {
  const target: Pino = pino(
    {
      level: debug ? 'debug' : 'info',
      base: null,
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(line.trimEnd()) },
  );
  return loggerOf((level, message, fields) => target[level](fields, message));
}

function loggerOf(log: (level: Level, message: string, fields: Fields) => void): Logger {
  return {
    debug: (message, fields = {}) => log('debug', message, fields),
    info: (message, fields = {}) => log('info', message, fields),
    warn: (message, fields = {}) => log('warn', message, fields),
    error: (message, fields = {}) => log('error', message, fields),
  };
}

const letters: Readonly<Record<Level, string>> = { debug: 'D', info: 'I', warn: 'W', error: 'E' };

/** One line as Kubernetes components write them: level and time, the message, the fields. */
export function textLine(level: Level, message: string, at: { readonly fields: Fields; readonly now: Date }): string {
  const time = at.now.toISOString();
  // W1124 08:37:45.123, in UTC: machines of one cluster are read side by side.
  const head = `${letters[level]}${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}`;
  const fields = Object.entries(at.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${fieldText(value)}`);
  return `${head} ${message.replaceAll('\n', '\\n')}${fields.join('')}`;
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value) ? value : (JSON.stringify(value) ?? 'undefined');
}
