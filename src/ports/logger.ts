/** What is told to whoever reads the log: a sentence, and the values in it as fields. */
export interface Logger {
  /** Every step and its reason: for finding a fault. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
