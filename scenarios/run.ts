import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './commands.ts';
import { Stage } from './stage.ts';

/** A story: a file of commands with what each answers. */
export interface Story {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** All stories of this folder, by name. */
export function stories(): readonly Story[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => {
      const path = join(import.meta.dirname, name);
      return { name, path, text: readFileSync(path, 'utf8') };
    });
}

/**
 * Plays a story and gives its text anew. Lines with ">" are commands, lines with "|" below one are its document, "#" is
 * prose; whatever else stands there is what was answered last time, and is replaced.
 */
export async function play(text: string): Promise<string> {
  const stage = new Stage();
  const told: string[] = [];
  const lines = text.split('\n').filter((line) => line === '' || /^[>|#]/.test(line));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    told.push(line);
    if (!line.startsWith('>')) continue;
    const document: string[] = [];
    for (; lines[at + 1]?.startsWith('|'); at += 1) document.push(lines[at + 1] ?? '');
    told.push(...document);
    const manifest = document.map((each) => each.slice(2)).join('\n');
    told.push(...(await runCommand(stage, line.slice(1).trim(), manifest)));
  }
  stage.die();
  await stage.clock.settle();
  return told.join('\n');
}

/** Writes a story with what it answers now. */
export function rewrite({ path }: Story, text: string): void {
  writeFileSync(path, text);
}
