const units: readonly (readonly [seconds: number, letter: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'm'],
  [1, 's'],
];

/** A length of time as people read it: "5s", "3m20s", "2h5m", "4d". Two units at most, and one from ten on. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, letter] = units[at] ?? [1, 's'];
  const whole = Math.floor(seconds / size);
  const next = units[at + 1];
  if (whole >= 10 || next === undefined) return `${whole}${letter}`;
  const rest = Math.floor((seconds % size) / next[0]);
  return rest === 0 ? `${whole}${letter}` : `${whole}${letter}${rest}${next[1]}`;
}

/** How long ago an RFC 3339 time was; "-" for none. */
export function ageText(time: string, now: number): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? '-' : durationText(now - at);
}

/** A number of bytes in binary units: "512 B", "1.5 MiB". */
export function bytesText(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(value < 100 ? 1 : 0)} ${names[unit]}`;
}

/** Rows of cells in columns, two blanks between them. The last cell of a row may be as long as it likes. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      if (at < row.length - 1) widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  );
}

/** A text on one line of a terminal: control characters are shown, never sent. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\n\r\t]+/g, ' ').replaceAll(/\p{Cc}/gu, '?');
}

/** The text in lines of a width, broken at blanks; the later ones begin with `indent`. At most `most` lines, the last one cut. */
export function wrapped(
  text: string,
  width: number,
  layout: { readonly indent: string; readonly most: number },
): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width && lines.length < layout.most - 1) {
    const blank = rest.lastIndexOf(' ', width);
    const at = blank > layout.indent.length ? blank : width;
    lines.push(rest.slice(0, at));
    rest = `${layout.indent}${rest.slice(at).trimStart()}`;
  }
  return [...lines, cut(rest, width)];
}

/** The text cut to a width, with a sign that something is missing. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
