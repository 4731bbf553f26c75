// Quantities are read exactly: as a whole number of billionths, the finest unit that Kubernetes has.
const nano = 1_000_000_000n;

// Kubernetes keeps amounts in 63 bits and caps what is larger, rather than refusing it.
const largest = (1n << 63n) - 1n;

// More zeros than this reach the cap (or vanish) anyway; without a bound "1e999999999" would eat all memory.
const largestExponent = 40;

const shape =
  /^(?<sign>[+-]?)(?:(?<whole>\d+)(?:\.(?<part>\d*))?|\.(?<only>\d+))(?<suffix>[A-Za-z]{0,2}|[eE][+-]?\d+)$/;

const binary: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};

const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

/** The amount of a quantity as a whole number, rounded away from zero; undefined when the text is no quantity. */
export function quantityValue(text: string): number | undefined {
  const nanos = parseNanos(text);
  return nanos === undefined ? undefined : capped(divideUp(nanos, nano));
}

/** A thousand times the amount of a quantity, rounded away from zero; undefined when the text is no quantity. */
export function quantityMilli(text: string): number | undefined {
  const nanos = parseNanos(text);
  return nanos === undefined ? undefined : capped(divideUp(nanos, nano / 1000n));
}

/** The canonical quantity text of a whole number of bytes: the largest binary unit that divides it, as in `64Mi`. */
export function formatBytes(bytes: number): string {
  let amount = BigInt(Math.ceil(bytes));
  let unit = '';
  for (const name of Object.keys(binary)) {
    if (amount === 0n || amount % 1024n !== 0n) break;
    amount /= 1024n;
    unit = name;
  }
  return `${amount}${unit}`;
}

/** The canonical quantity text of thousandths (of a CPU): `1500m`, `2`. */
export function formatMilli(milli: number): string {
  const whole = Math.ceil(milli);
  return whole % 1000 === 0 ? String(whole / 1000) : `${whole}m`;
}

function parseNanos(text: string): bigint | undefined {
  const groups = shape.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const suffix = groups['suffix'] ?? '';
  const part = groups['part'] ?? groups['only'] ?? '';
  const digits = BigInt(`${groups['whole'] ?? ''}${part}`);
  const scaled = scale(digits, part.length, suffix);
  if (scaled === undefined) return undefined;
  return groups['sign'] === '-' ? -scaled : scaled;
}

/** `digits` with a decimal point before the last `places`, times the suffix, in billionths. */
function scale(digits: bigint, places: number, suffix: string): bigint | undefined {
  const factor = Object.hasOwn(binary, suffix) ? binary[suffix] : undefined;
  if (factor !== undefined) return divideUp(digits * factor * nano, 10n ** BigInt(places));
  const power = powerOfTen(suffix);
  if (power === undefined) return undefined;
  if (digits === 0n) return 0n;
  const shift = power + 9 - places;
  if (shift >= 0) return digits * 10n ** BigInt(Math.min(shift, largestExponent));
  // A tiny amount is not nothing: it rounds up to one billionth.
  if (-shift > String(digits).length) return 1n;
  return divideUp(digits, 10n ** BigInt(-shift));
}

function powerOfTen(suffix: string): number | undefined {
  if (Object.hasOwn(decimal, suffix)) return decimal[suffix];
  if (!/^[eE][+-]?\d+$/.test(suffix)) return undefined;
  return Number(suffix.slice(1));
}

function divideUp(amount: bigint, divisor: bigint): bigint {
  const quotient = amount / divisor;
  if (quotient * divisor === amount) return quotient;
  return amount < 0n ? quotient - 1n : quotient + 1n;
}

function capped(amount: bigint): number {
  if (amount > largest) return Number(largest);
  if (amount < -largest) return Number(-largest);
  return Number(amount);
}
