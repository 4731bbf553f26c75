import { readFileSync } from 'node:fs';

const capSysResource = 24n;

/** Whether this process may lower an oom_score_adj: CAP_SYS_RESOURCE in its effective set. */
export function mayLowerOomScore(): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return match?.[1] !== undefined && ((BigInt(`0x${match[1]}`) >> capSysResource) & 1n) === 1n;
}
