import type { Origin } from './origin.ts';

/** One fault of the configuration, with all that a person needs to mend it. */
export interface ConfigError {
  /** Absent for a flag. */
  readonly file?: string;
  readonly line?: number;
  /** The field as in `authentication.anonymous.enabled`, or the flag with its dashes. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  /** The nearest right name or value, where there is one. */
  readonly suggestion?: string;
}

/** What a check says of a value; where the value stands is added by problemAt(). */
export interface Fault {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
  readonly suggestion?: string | undefined;
}

/** The fault of a value from this origin. For a flag, the flag's name stands for the field's path. */
export function problemAt(origin: Origin, fault: Fault): ConfigError {
  const { suggestion } = fault;
  const rest = { expected: fault.expected, got: fault.got, ...(suggestion === undefined ? {} : { suggestion }) };
  switch (origin.kind) {
    case 'file':
    case 'drop-in':
      return { file: origin.file, line: origin.line, path: fault.path, ...rest };
    case 'flag':
      return { path: origin.flag, ...rest };
    case 'default':
      return { path: fault.path, ...rest };
    default:
      return origin satisfies never;
  }
}

/** The fault as one line: `kubelet.yaml:4: maxPod: expected a field of …, got an unknown field; did you mean maxPods?` */
export function formatConfigError(error: ConfigError): string {
  const line = error.line === undefined ? '' : `:${error.line}`;
  const place = error.file === undefined ? '' : `${error.file}${line}: `;
  const path = error.path === '' ? '' : `${error.path}: `;
  const suggestion = error.suggestion === undefined ? '' : `; did you mean ${error.suggestion}?`;
  return `${place}${path}expected ${error.expected}, got ${error.got}${suggestion}`;
}

const longestShown = 80;

/** A value as an error shows it: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}…`;
}

/** The candidate that a mistyped name most likely stands for; undefined when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // A name longer than any candidate by far is no slip of the finger, and comparing it would cost its length squared.
  if (name.length > 2 * longestShown) return undefined;
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.floor(wanted.length / 3) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best ?? onlyContinuation(wanted, candidates);
}

/** The one candidate that begins with the name, when there is just one. */
function onlyContinuation(wanted: string, candidates: Iterable<string>): string | undefined {
  if (wanted.length < 3) return undefined;
  const longer = [...candidates].filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  return longer.length === 1 ? longer[0] : undefined;
}

/** How many letters must be put in, taken out, replaced or swapped with their neighbour to make one name the other. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[other.length] ?? 0;
}
