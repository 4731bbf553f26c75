import { PortError } from '../../ports/port-error.ts';

/** For `catch` of a call that is done once its object is gone: not every runtime says so without an error. */
export function unlessAbsent(error: unknown): undefined {
  if (error instanceof PortError && error.kind === 'absent') return undefined;
  throw error;
}

/** For `catch` of the look after a change that succeeded: what came out of the change is now unknown. */
export function unreadOutcome(error: unknown): never {
  if (error instanceof PortError) throw new PortError('unknown-outcome', error.message, error);
  throw error;
}
