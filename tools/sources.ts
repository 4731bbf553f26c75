import { AssertionError } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One file of the project, by its path from the project's root. */
export type SourceFile = {
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked out, line by line as long as before. */
  readonly code: string;
};

/** An import of another file of the project. */
export type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean; readonly line: number };

const root: string = join(import.meta.dirname, '..');

/** Files of the project that match the patterns; generated code is left out. */
export function sourcesIn(...patterns: readonly string[]): readonly SourceFile[] {
  const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: root }));
  return [...new Set(paths)]
    .filter((path) => !path.includes('/generated/') && !path.endsWith('.pb.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, code: blank(text) };
    });
}

/** Whether the path is a test or a suite that tests run, or what only they use. */
export function isTest(path: string): boolean {
  return /\.(test|suite)\.ts$/.test(path) || path.startsWith('src/testing/');
}

/** The imports of files of the project, also dynamic ones and re-exports. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  const pattern = /\b(import|export)\b(\s+type\b)?(?:[^;'"]*?\bfrom)?\s*\(?\s*'(\.{1,2}\/[^']+)'/g;
  for (const match of file.text.matchAll(pattern)) {
    const [statement, , type, target] = match;
    if (target === undefined) continue;
    const names = /\{([^}]*)\}/.exec(statement)?.[1];
    const everyNameIsType = names?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
    found.push({
      from: file.path,
      to: normalize(join(dirname(file.path), target)),
      typeOnly: type !== undefined || everyNameIsType === true,
      line: lineAt(file.text, match.index),
    });
  }
  return found;
}

/** Fails with what was found, one finding a line, each with its cure. */
export function none(found: readonly string[]): void {
  if (found.length > 0) throw new AssertionError({ message: `\n${found.join('\n')}`, stackStartFn: none });
}

/** The line, from 1, of an offset in the text. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Blanks out comments and the insides of plain strings, so that a word in prose is not taken for code. */
function blank(text: string): string {
  const pattern = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;
  return text.replace(pattern, (part) => part.replace(/[^\n]/g, ' '));
}
