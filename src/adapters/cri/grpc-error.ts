import { type ServiceError, status } from '@grpc/grpc-js';
import type { PortErrorKind } from '../../core/failure.ts';
import { PortError } from '../../ports/port-error.ts';

/** What a call was about: enough to say what its failure means. */
export interface CallTold {
  /** Verb and object, as they stand after "cannot": "start container 4f2e". */
  readonly what: string;
  /** `write`: the runtime may be another one after it. `read`: nothing changed, or doing it twice is as good as once. */
  readonly effect: 'read' | 'write';
}

/** Translates the failure of a call that was sent. A call that was not is `unavailable`, whatever it was about. */
export function portErrorOf(error: ServiceError, told: CallTold): PortError {
  return new PortError(kindOf(error, told.effect), `cannot ${told.what}: ${causeOf(error)}`, error);
}

function kindOf(error: ServiceError, effect: 'read' | 'write'): PortErrorKind {
  switch (error.code) {
    case status.NOT_FOUND:
      return 'absent';
    case status.ALREADY_EXISTS:
      return 'conflict';
    // The far side went away or stopped waiting; a broken connection shows as INTERNAL now and then.
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
    case status.INTERNAL:
    case status.ABORTED:
    case status.DATA_LOSS:
      return effect === 'write' ? 'unknown-outcome' : 'unavailable';
    // Most real failures: containerd and CRI-O answer UNKNOWN, or a word that changes with their version. Some of them
    // mean something else than "no", and only their text tells.
    default:
      return kindByText(error.details);
  }
}

function kindByText(details: string): PortErrorKind {
  if (/\bname (".*?" )?is reserved\b/.test(details)) return 'conflict';
  // containerd 1.6 while it loads what it knew before a restart.
  if (details.endsWith('server is not initialized yet')) return 'unavailable';
  return 'refused';
}

/** The runtime's own words without what gRPC wrapped around them, for each process that the error went through. */
function causeOf(error: ServiceError): string {
  const cause = error.details.replaceAll(/rpc error: code = \w+ desc = /g, '').replace(/: unknown$/, '');
  if (error.code === status.DEADLINE_EXCEEDED) return `the runtime did not answer in time (${cause})`;
  if (error.code === status.UNIMPLEMENTED) return `the runtime does not have this call (${cause})`;
  return cause === '' ? `the runtime answered ${status[error.code]} without a word` : cause;
}
