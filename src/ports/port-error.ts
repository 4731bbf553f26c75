import type { PortErrorKind } from '../core/failure.ts';

/**
 * The only error a port rejects with, besides the signal's own reason.
 *
 * - `absent`: the object is not there.
 * - `conflict`: the name is taken, or the object is in a state that forbids the step.
 * - `refused`: the other side understood and will not; trying again unchanged is pointless for now.
 * - `unavailable`: nothing was done; try again later.
 * - `unknown-outcome`: it may have been done; look before the next step.
 *
 * The message reads "cannot <verb> <object>: <current state>".
 */
export class PortError extends Error {
  readonly kind: PortErrorKind;

  constructor(kind: PortErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PortError';
    this.kind = kind;
  }
}
