/** One line an event in fixed columns: virtual time, who, what. The last lines of a failing seed are printed. */
export class Trace {
  readonly #lines: string[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(who: string, what: string): void {
    const at = (this.#now() / 1000).toFixed(3).padStart(10);
    this.#lines.push(`${at}  ${who.padEnd(8)}  ${what}`);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
