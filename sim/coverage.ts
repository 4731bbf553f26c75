/** How often each kind of trouble and each deed occurred: a fault that never strikes tests nothing. */
export class Coverage {
  readonly counts: Map<string, number> = new Map();

  add(kind: string, times: number = 1): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + times);
  }

  addAll(other: ReadonlyMap<string, number>): void {
    for (const [kind, times] of other) this.add(kind, times);
  }

  /** Those of the expected kinds that never occurred. */
  lacking(expected: readonly string[]): readonly string[] {
    return expected.filter((kind) => !this.counts.has(kind));
  }

  /** All counts in a few columns, by name. */
  table(): string {
    const cells = [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, times]) => `${kind} ${times}`);
    const width = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
    const columns = Math.max(1, Math.floor(120 / width));
    const lines: string[] = [];
    for (let at = 0; at < cells.length; at += columns) {
      lines.push(
        `  ${cells
          .slice(at, at + columns)
          .map((cell) => cell.padEnd(width))
          .join('')}`.trimEnd(),
      );
    }
    return lines.join('\n');
  }
}
