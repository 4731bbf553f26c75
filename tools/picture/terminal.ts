/** A stretch of text of one look. */
export interface Run {
  readonly text: string;
  readonly style: string;
}

/** What `nodelet up` writes to a terminal, as a screen: text, colors, moving up, erasing down. Nothing else is understood. */
export class Terminal {
  #lines: Run[][] = [[]];
  #row = 0;
  #style = '';

  write(text: string): void {
    const esc = String.fromCharCode(27);
    const pattern = new RegExp(`${esc}\\[([0-9;]*)([A-Za-z])|\\r?\\n|[^${esc}\\r\\n]+|\\r`, 'g');
    for (const [token, argument = '', command] of text.matchAll(pattern)) {
      if (command !== undefined) this.#control(command, argument);
      else if (token.endsWith('\n')) this.#newLine();
      else if (token !== '\r') this.#put(token);
    }
  }

  /** The screen from its first line to its last one with text. */
  get lines(): readonly (readonly Run[])[] {
    const last = this.#lines.findLastIndex((line) => line.length > 0);
    return this.#lines.slice(0, last + 1).map((line) => [...line]);
  }

  #control(command: string, argument: string): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - Number(argument || 1));
    if (command === 'J') this.#lines = [...this.#lines.slice(0, this.#row), []];
    if (command === 'm') this.#style = argument === '0' ? '' : argument;
  }

  #newLine(): void {
    this.#row += 1;
    if (this.#lines[this.#row] === undefined) this.#lines[this.#row] = [];
  }

  #put(text: string): void {
    const line = this.#lines[this.#row] ?? [];
    this.#lines[this.#row] = [...line, { text, style: this.#style }];
  }
}
