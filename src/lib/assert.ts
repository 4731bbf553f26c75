/** Ends the process when `fact` is false: a bug, not an expected failure. One fact an assert; stays on in production. */
export function assert(fact: boolean, message: string): asserts fact {
  if (!fact) throw new BrokenInvariant(message);
}

/** A bug in nodelet itself. Nobody catches it: the process ends, and recovery is the normal start. */
export class BrokenInvariant extends Error {
  constructor(message: string) {
    super(`broken invariant: ${message}`);
    this.name = 'BrokenInvariant';
  }
}

/** The last arm of a switch over a closed union: compiles only when no case was forgotten. */
export function never(value: never): never {
  throw new BrokenInvariant(`unexpected value ${JSON.stringify(value)}`);
}
