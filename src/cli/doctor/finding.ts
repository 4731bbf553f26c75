import type { Config } from '../../config/config.ts';

/** What one check found. A fault keeps nodelet, or pods, from running; a warning takes something away. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'fault';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** A check never throws: what it cannot find out is a finding. */
export type Check = (config: Config) => readonly Finding[] | Promise<readonly Finding[]>;

export function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail };
}

export function warning(name: string, detail: string, remedy: string): Finding {
  return { name, state: 'warning', detail, remedy };
}

export function fault(name: string, detail: string, remedy: string): Finding {
  return { name, state: 'fault', detail, remedy };
}
