import type { Milliseconds } from '../lib/time.ts';

// Whole nanoseconds, as Go counts them: fractions of a millisecond would not add up exactly in floating point.
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, the micro sign
  μs: 1_000n, // U+03BC, the Greek letter
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const longest = (1n << 63n) - 1n;
const term = /(?:(\d+)(?:\.(\d*))?|\.(\d+))(ns|us|µs|μs|ms|s|m|h)/y;

/** A length of time in Go's notation (`1h30m`, `100ms`, `1.5s`, `0`); undefined when the text is none or passes 292 years. */
export function parseDuration(text: string): Milliseconds | undefined {
  const negative = text.startsWith('-');
  const terms = negative || text.startsWith('+') ? text.slice(1) : text;
  const nanos = terms === '0' ? 0n : sumOfTerms(terms);
  if (nanos === undefined) return undefined;
  // Whole and part apart: a long time in nanoseconds does not fit a float exactly.
  const wait = Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1_000_000;
  return (negative && wait !== 0 ? -wait : wait) as Milliseconds;
}

/** The same length of time as Go prints it: `2m0s`, `1h0m0s`, `100ms`, `1.5s`, `0s`. */
export function formatDuration(wait: Milliseconds): string {
  const whole = Math.trunc(Math.abs(wait));
  const nanos = BigInt(whole) * 1_000_000n + BigInt(Math.round((Math.abs(wait) - whole) * 1_000_000));
  if (nanos === 0n) return '0s';
  const sign = wait < 0 ? '-' : '';
  if (nanos < 1_000n) return `${sign}${nanos}ns`;
  if (nanos < 1_000_000n) return `${sign}${fraction(nanos, 1_000n)}µs`;
  if (nanos < 1_000_000_000n) return `${sign}${fraction(nanos, 1_000_000n)}ms`;
  const minutes = nanos / 60_000_000_000n;
  const rest = `${fraction(nanos % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${rest}`;
  if (minutes < 60n) return `${sign}${minutes}m${rest}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${rest}`;
}

function sumOfTerms(text: string): bigint | undefined {
  if (text === '') return undefined;
  let sum = 0n;
  term.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    const found = term.exec(text);
    if (found === null) return undefined;
    end = term.lastIndex;
    const [, whole = '0', part, only, unit = ''] = found;
    const size = units[unit] ?? 0n;
    const places = part ?? only ?? '';
    sum += BigInt(whole) * size + (BigInt(`0${places}`) * size) / 10n ** BigInt(places.length);
    if (sum > longest) return undefined;
  }
  return sum;
}

function fraction(nanos: bigint, unit: bigint): string {
  const places = String(nanos % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return places === '' ? String(nanos / unit) : `${nanos / unit}.${places}`;
}
