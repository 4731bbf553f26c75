import { crc32 } from 'node:zlib';

/** The first line of every store; another version is another format. */
export const header = 'nodelet-store 1';

/** One batch as it stands in the file: keys and their new values; null deletes. */
export type Batch = readonly (readonly [key: string, value: string | null])[];

/** What a file holds. */
export interface StoreContent {
  readonly rows: Map<string, string>;
  /** Lines that cannot be trusted, with their numbers. */
  readonly corrupt: readonly { readonly line: number; readonly text: string; readonly keys: readonly string[] }[];
  /** Something of it must not stay as it is: the next write makes a new file. */
  readonly damaged: boolean;
}

/** A batch on one line with its checksum before it: it is there whole, or not at all. */
export function encodeBatch(batch: Batch): string {
  const json = JSON.stringify(batch);
  return `${checksum(json)} ${json}\n`;
}

/** Reads a file's lines in their order. A last line without its end was being written when the power went: it never was. */
export function decodeStore(text: string): StoreContent {
  const rows = new Map<string, string>();
  const corrupt: { line: number; text: string; keys: readonly string[] }[] = [];
  const lines = text.split('\n');
  const torn = lines.pop() !== '';
  for (const [place, line] of lines.entries()) {
    if (place === 0 && line === header) continue;
    const batch = decodeLine(line);
    if (batch === undefined) corrupt.push({ line: place + 1, text: line, keys: keysIn(line) });
    else for (const [key, value] of batch) value === null ? rows.delete(key) : rows.set(key, value);
  }
  return { rows, corrupt, damaged: torn || corrupt.length > 0 };
}

function decodeLine(line: string): Batch | undefined {
  const json = line.slice(9);
  if (line.slice(0, 8) !== checksum(json)) return undefined;
  return JSON.parse(json) as Batch;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

/** The keys that a broken line seems to speak of, for the message about it. */
function keysIn(line: string): readonly string[] {
  return [...line.matchAll(/\["((?:[^"\\]|\\.){1,200})",/g)].map((found) => found[1] ?? '');
}
