import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { importsOf, isTest, lineAt, none, type SourceFile, sourcesIn } from './sources.ts';

/** A pattern that has no place in some folders, and what to write instead. */
type Ban = {
  readonly pattern: RegExp;
  /** Whether the ban holds for a file. */
  readonly holds: (path: string) => boolean;
  readonly cure: string;
};

// Where the machine's clock, dice and timers may be touched; elsewhere they are handed in, so that tests own them.
const hostFolders = /^src\/(lib\/host|adapters|cli|testing\/real)\/|^src\/(wire(-[^/]*)?|main)\.ts$/;
const belowHost = (path: string): boolean => path.startsWith('src/') && !hostFolders.test(path);
const inCore = (path: string): boolean => path.startsWith('src/core/');
const inSource = (path: string): boolean => path.startsWith('src/');

const bans: readonly Ban[] = [
  {
    pattern: /\bDate\.now\(|\bnew Date\(\)/g,
    holds: belowHost,
    cure: 'take a Tick or a WallTime, or a Clock (lib/clock.ts)',
  },
  { pattern: /\bMath\.random\(/g, holds: belowHost, cure: 'take a Random (lib/random.ts) from the caller' },
  { pattern: /\bset(Timeout|Interval|Immediate)\(/g, holds: belowHost, cure: 'wait with clock.at(tick, signal)' },
  {
    pattern: /\bAbortSignal\.timeout\(/g,
    holds: belowHost,
    cure: 'a deadline is clock.at(tick, signal)',
  },
  { pattern: /\bPromise\.race\(/g, holds: belowHost, cure: 'the loser goes on unseen: use a Scope, and abort it' },
  {
    pattern: /\basync\b|\bawait\b/g,
    holds: inCore,
    cure: 'core decides, the agent waits: return an action or a wake-up',
  },
  { pattern: /\bDate\b/g, holds: inCore, cure: 'take a WallTime; texts of time are made in kube' },
  { pattern: /\bconsole\./g, holds: inSource, cure: 'return a reason or a notice; print() is for commands' },
  { pattern: /\bas any\b|: any\b|<any>/g, holds: inSource, cure: 'say unknown, and check what it is' },
  { pattern: /@ts-(ignore|nocheck)/g, holds: inSource, cure: 'say what is expected: @ts-expect-error with the reason' },
];

/** The most fields a class may have: more is several things in one. */
const mostFields = 12;

const all = sourcesIn('{src,sim,e2e,bench,tools,scenarios}/**/*.ts');
const program = all.filter((file) => !isTest(file.path));
const documents = sourcesIn('*.md', 'docs/**/*.md');

suite('Tidy', () => {
  test('what a layer must not touch is handed in', () => {
    const found = program.flatMap((file) =>
      bans.filter((ban) => ban.holds(file.path)).flatMap((ban) => uses(file, ban)),
    );
    none(found);
  });

  test(`a class has at most ${mostFields} fields`, () => {
    const found = program.flatMap((file) =>
      classesOf(file)
        .filter(({ fields }) => fields > mostFields)
        .map(
          ({ name, fields }) =>
            `${file.path}: ${name} has ${fields} fields: give what belongs together a type of its own`,
        ),
    );
    none(found);
  });

  test('every file is used: it is an entry, a test, or imported by another', () => {
    const imported = new Set(all.flatMap((file) => importsOf(file).map(({ to }) => to)));
    const found = program
      .filter(({ path }) => path.startsWith('src/') && path !== 'src/main.ts' && !imported.has(path))
      .map(({ path }) => `${path}: nobody imports it: delete it, or use it`);
    none(found);
  });

  test('what only tests import is not shipped as part of the program', () => {
    const used = new Set(program.flatMap((file) => importsOf(file).map(({ to }) => to)));
    const found = program
      .filter(({ path }) => /^src\/(agent|core|server|kube)\//.test(path) && !used.has(path))
      .map(({ path }) => `${path}: only tests import it: use it in the program, or move it to src/testing`);
    none(found);
  });

  test('a note of work to do carries the number that it is tracked by', () => {
    const found = all
      .filter((file) => !file.path.startsWith('tools/'))
      .flatMap((file) =>
        [...file.text.matchAll(/\b(TODO|FIXME|XXX)\b(?!\(#\d+\))/g)].map(
          (match) => `${file.path}:${lineAt(file.text, match.index)}: do it, or write TODO(#number)`,
        ),
      );
    none(found);
  });

  test('a document begins with its one title', () => {
    const found = documents
      .filter(({ text }) => !/^# \S/.test(text) || headings(text).length !== 1)
      .map(({ path }) => `${path}: begin it with "# Title", and use ## for what is below`);
    none(found);
  });

  test('a link of a document to a file of the project leads somewhere', () => {
    const found = documents.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(join(import.meta.dirname, '..', dirname(path), target)))
        .map((target) => `${path} links to ${target}, which is not there: mend or drop the link`),
    );
    none(found);
  });
});

function uses(file: SourceFile, ban: Ban): readonly string[] {
  return [...file.code.matchAll(ban.pattern)].map(
    (match) => `${file.path}:${lineAt(file.code, match.index)}: ${match[0].trim()}: ${ban.cure}`,
  );
}

/** The classes of a formatted file with their numbers of fields: members at two blanks that are not methods. */
function classesOf(file: SourceFile): readonly { readonly name: string; readonly fields: number }[] {
  return [...file.code.matchAll(/^(?:export )?(?:abstract )?class (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)].map(
    ([, name = '', body = '']) => ({
      name,
      fields: [
        ...body.matchAll(
          /^ {2}(?:(?:private|protected|static|readonly|declare|override) )*#?\w+[?!]?(?:: [^\n]*| = [^\n]*|);?$/gm,
        ),
      ].length,
    }),
  );
}

function headings(text: string): readonly string[] {
  const outsideCode = text.replace(/^```[\s\S]*?^```/gm, '');
  return outsideCode.match(/^# \S/gm) ?? [];
}
