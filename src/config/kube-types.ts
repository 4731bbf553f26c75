import { isIP } from 'node:net';
import { dirname, isAbsolute, normalize, resolve } from 'node:path/posix';
import { formatDuration, parseDuration } from '../kube/duration.ts';
import { quantityValue } from '../kube/quantity.ts';
import type { Milliseconds } from '../lib/time.ts';
import { scalar, textThat, type ValueType } from './value-type.ts';

/** A length of time in Go's notation, within bounds written in the same notation. */
export function duration(
  bounds: { readonly min?: string; readonly max?: string; readonly off?: string; readonly negative?: boolean } = {},
): ValueType {
  const least = bounds.negative === true ? Number.NEGATIVE_INFINITY : 0;
  const min = bounds.min === undefined ? least : (parseDuration(bounds.min) ?? 0);
  const max = bounds.max === undefined ? Number.POSITIVE_INFINITY : (parseDuration(bounds.max) ?? 0);
  const within = (wait: Milliseconds): boolean =>
    (wait >= min && wait <= max) || (bounds.off !== undefined && wait === 0);
  const limits = [
    ...(bounds.min === undefined ? [] : [`at least ${bounds.min}`]),
    ...(bounds.max === undefined ? [] : [`at most ${bounds.max}`]),
    ...(bounds.off === undefined ? [] : [`or 0 (${bounds.off})`]),
  ];
  return scalar({
    name: 'duration',
    expected: ['a duration such as 1m30s', ...limits].join(', '),
    accept: (raw) => {
      const wait = typeof raw === 'string' ? parseDuration(raw) : undefined;
      return wait !== undefined && within(wait) ? formatDuration(wait) : undefined;
    },
    suggest: (raw) => {
      const bare = typeof raw === 'number' ? String(raw) : raw;
      return typeof bare === 'string' && /^\d+$/.test(bare) ? JSON.stringify(`${bare}s`) : undefined;
    },
  });
}

/** A duration, or (in a file) a whole number of nanoseconds, as the logging section takes both. */
export const durationOrNanoseconds: ValueType = scalar({
  name: 'duration',
  expected: 'a duration such as 5s, or a whole number of nanoseconds',
  accept: (raw) => {
    const wait = typeof raw === 'string' ? parseDuration(raw) : undefined;
    if (wait !== undefined) return formatDuration(wait);
    if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw < 0) return undefined;
    return formatDuration((raw / 1_000_000) as Milliseconds);
  },
});

/** An amount of bytes, cores or things, none below nothing. */
export const quantity: ValueType = scalar({
  name: 'quantity',
  expected: 'a quantity such as "500m", "2" or "64Mi", not negative',
  accept: (raw) => (typeof raw === 'string' && (quantityValue(raw) ?? -1) >= 0 ? raw : undefined),
  suggest: (raw) => {
    if (typeof raw === 'number') return JSON.stringify(String(raw));
    return typeof raw === 'string' ? rightUnit(raw) : undefined;
  },
});

/** A quantity, which in a file may be a bare number too. */
export const quantityOrNumber: ValueType = scalar({
  name: 'quantity',
  expected: 'a quantity such as 64Ki, not negative',
  accept: (raw) => {
    const amount = typeof raw === 'number' ? String(raw) : raw;
    return typeof amount === 'string' && (quantityValue(amount) ?? -1) >= 0 ? amount : undefined;
  },
});

/** `10%` or a quantity: how much of a resource. */
export const amountOrPercent: ValueType = scalar({
  name: 'quantity or percent',
  expected: 'a quantity such as "100Mi", or a percentage from "0%" to "100%"',
  accept: (raw) => {
    if (typeof raw !== 'string') return undefined;
    return percentOf(raw) !== undefined || (quantityValue(raw) ?? -1) >= 0 ? raw : undefined;
  },
  suggest: (raw) => {
    if (typeof raw === 'number') return JSON.stringify(String(raw));
    return typeof raw === 'string' ? rightUnit(raw) : undefined;
  },
});

/** `50%` as text. */
export const percent: ValueType = scalar({
  name: 'percent',
  expected: 'a percentage from "0%" to "100%"',
  accept: (raw) => (typeof raw === 'string' && percentOf(raw) !== undefined ? raw : undefined),
});

/** The number before the percent sign; undefined when the text is no percentage. */
export function percentOf(text: string): number | undefined {
  const number = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (number === undefined || Number(number) > 100) return undefined;
  return Number(number);
}

// 10MB and 10mi are what people write; the units of Kubernetes are M and Mi.
function rightUnit(text: string): string | undefined {
  const found = /^([\d.]+)\s*([kmgtp])i?b?$/i.exec(text);
  if (found === null) return undefined;
  const [, amount = '', letter = ''] = found;
  const unit = `${letter.toUpperCase()}i`;
  return quantityValue(`${amount}${unit}`) === undefined ? undefined : JSON.stringify(`${amount}${unit}`);
}

/** A path; made absolute from the folder of the file that says it, or from the working directory for a flag. */
export const path: ValueType = scalar({
  name: 'path',
  expected: 'a path',
  accept: (raw, from, reading) => {
    if (typeof raw !== 'string' || raw.includes('\0')) return undefined;
    if (raw === '' || isAbsolute(raw)) return raw;
    const inFile = from.kind === 'file' || from.kind === 'drop-in';
    const base = inFile ? dirname(resolve(reading.workingDirectory, from.file)) : reading.workingDirectory;
    return resolve(base, raw);
  },
});

/** A path that is absolute, has no `.` or `..` in it, and holds nothing but ASCII (it becomes a part of metrics). */
export const cleanPath: ValueType = textThat('path', 'an absolute path without . and .., in ASCII', (value) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: every ASCII character is meant
  return isAbsolute(value) && normalize(value) === value && /^[\x01-\x7f]*$/.test(value);
});

export const absolutePath: ValueType = textThat('path', 'an absolute path', (value) => {
  return isAbsolute(value) && !value.includes('\0');
});

export const ip: ValueType = textThat('IP', 'an IP address such as 10.96.0.10', (value) => isIP(value) !== 0);

/** A network such as 10.88.0.0/16. */
export const cidr: ValueType = textThat('CIDR', 'a network such as 10.88.0.0/16', isCidr);

/** One network, or one of each family with a comma between. */
export const cidrs: ValueType = textThat('CIDR', 'a network such as 10.88.0.0/16, or two with a comma', (value) => {
  const networks = value.split(',');
  return networks.length <= 2 && networks.every(isCidr);
});

function isCidr(value: string): boolean {
  const [address = '', length = '', ...more] = value.split('/');
  const family = isIP(address);
  return more.length === 0 && family !== 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
}

/** Where a gRPC service listens: a unix socket, with or without the scheme. */
export const endpoint: ValueType = scalar({
  name: 'endpoint',
  expected: 'the address of a unix socket, as in unix:///run/containerd/containerd.sock',
  accept: (raw) => {
    if (typeof raw !== 'string') return undefined;
    if (raw === '') return raw;
    // The scheme was once left out by everybody, and deployments still do.
    const withScheme = isAbsolute(raw) ? `unix://${raw}` : raw;
    return /^unix:\/\/\/[^\0]+$/.test(withScheme) ? withScheme : undefined;
  },
  suggest: (raw) =>
    typeof raw === 'string' && /^unix:\/{0,2}[^/]/.test(raw) ? raw.replace(/^unix:\/*/, 'unix:///') : undefined,
});

/** CPUs by number: `0-3,8`. */
export const cpuSet: ValueType = textThat('cpuset', 'CPUs by number such as 0-3,8', (value) => {
  return value.split(',').every((part) => {
    const [first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part)?.slice(1) ?? [];
    return first !== undefined && (last === undefined || Number(first) <= Number(last));
  });
});

/** A cgroup below the root of the hierarchy; the leading slash may be left out, and the root itself is the empty text. */
export const cgroup: ValueType = scalar({
  name: 'cgroup',
  expected: 'the path of a cgroup such as /nodelet, without . and ..',
  accept: (raw) => {
    if (typeof raw !== 'string' || raw.includes('\0')) return undefined;
    const parts = raw.split('/').filter((part) => part !== '');
    if (parts.includes('.') || parts.includes('..')) return undefined;
    return parts.map((part) => `/${part}`).join('');
  },
});
