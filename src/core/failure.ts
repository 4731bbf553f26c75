/** The closed set of ways in which a step on the outside can fail; `PortError` carries it (ports/port-error.ts). */
export type PortErrorKind = 'absent' | 'conflict' | 'refused' | 'unavailable' | 'unknown-outcome';

/** A step that failed, as data. The message reads "cannot <verb> <object>: <current state>". */
export interface Failure {
  readonly kind: PortErrorKind;
  readonly message: string;
}
