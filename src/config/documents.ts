import { join } from 'node:path/posix';
import { checkDocument, kindOf } from './check.ts';
import type { DocumentKind } from './field.ts';
import { type LocatedMap, mergePatch } from './located.ts';
import type { Origin } from './origin.ts';
import { type ConfigError, problemAt } from './problem.ts';
import type { Reading } from './value-type.ts';
import { readYaml } from './yaml.ts';

/** The files as the configuration sees them; both methods throw an Error that says why not. */
export interface ConfigFiles {
  /** What relative paths are relative to. */
  readonly workingDirectory: string;
  readonly readFile: (path: string) => string;
  readonly list: (directory: string) => readonly DirectoryEntry[];
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

export type Documents = Partial<Record<DocumentKind, LocatedMap>>;

// Folders of drop-ins have one or two levels; a loop of mounts has no end.
const deepestFolder = 16;

/** Reads the file, then merges the drop-ins over it in their order; either path may be empty. */
export function readDocuments(config: string, configDir: string, files: ConfigFiles, reading: Reading): Documents {
  const merged: Documents = {};
  if (config !== '') readInto(merged, config, 'file', { files, reading });
  if (configDir !== '') {
    for (const file of dropIns(configDir, files, reading)) readInto(merged, file, 'drop-in', { files, reading });
  }
  return merged;
}

/** Every `*.conf` below the folder, each folder's entries in lexical order, a sub-folder where its name stands. */
function dropIns(folder: string, files: ConfigFiles, reading: Reading, depth = 0): readonly string[] {
  const entries = attempt(() => files.list(folder), folder, 'a folder that can be read', reading) ?? [];
  const byName = entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return byName.flatMap(({ name, isDirectory }) => {
    if (isDirectory) return depth < deepestFolder ? dropIns(join(folder, name), files, reading, depth + 1) : [];
    return name.endsWith('.conf') ? [join(folder, name)] : [];
  });
}

interface Source {
  readonly files: ConfigFiles;
  readonly reading: Reading;
}

function readInto(merged: Documents, file: string, kind: 'file' | 'drop-in', { files, reading }: Source): void {
  const text = attempt(() => files.readFile(file), file, 'a file that can be read', reading);
  if (text === undefined) return;
  const { documents, errors } = readYaml(text, (line): Origin => ({ kind, file, line }));
  for (const error of errors) reading.report(error);
  if (documents.length === 0 && errors.length === 0) {
    const expected = 'a document with apiVersion, kind and fields';
    reading.report(problemAt({ kind, file, line: 1 }, { path: '', expected, got: 'an empty file' }));
  }
  const inThisFile = new Set<DocumentKind>();
  for (const document of documents) {
    const found = kindOf(document, reading);
    if (found === undefined || document.kind !== 'map') continue;
    if (inThisFile.has(found)) {
      reading.report(problemAt(document.from, { path: 'kind', expected: `one ${found} a file`, got: 'another one' }));
    }
    inThisFile.add(found);
    merged[found] = mergePatch(merged[found], checkDocument(document, found, reading));
  }
}

function attempt<Value>(read: () => Value, file: string, expected: string, reading: Reading): Value | undefined {
  try {
    return read();
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    const fault: ConfigError = { file, path: '', expected, got };
    reading.report(fault);
    return undefined;
  }
}
