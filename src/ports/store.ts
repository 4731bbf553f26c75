/** Durable rows by key: what the ledger stands on. */
export interface Store {
  /** All rows. A row that cannot be read is set aside and named in `broken`, never an error. */
  load(
    signal: AbortSignal,
  ): Promise<{ readonly rows: ReadonlyMap<string, string>; readonly broken: readonly string[] }>;
  /** Resolves once all of the batch is on stable storage; `undefined` deletes. Concurrent batches may share one flush. */
  write(batch: ReadonlyMap<string, string | undefined>, signal: AbortSignal): Promise<void>;
}

/** An append-only record of lines, bounded in size by the adapter. Never in the way: a failed append is counted, not thrown. */
export interface LineLog {
  append(line: string): void;
}
