import type { Bytes, MilliCpu } from '../../lib/brand.ts';

/** What a node has, or what of it is set aside: thousandths of a core, bytes. */
export interface NodeAmounts {
  readonly cpu: MilliCpu;
  readonly memory: Bytes;
  readonly ephemeralStorage: Bytes;
}

/**
 * What pods may have: the capacity less all that is set aside, never below nothing.
 *
 * `reserved` are the reservations for the system, for Kubernetes' own programs, and the hard eviction thresholds.
 */
export function allocatable(capacity: NodeAmounts, reserved: readonly Partial<NodeAmounts>[]): NodeAmounts {
  return {
    cpu: less(
      capacity.cpu,
      reserved.map(({ cpu }) => cpu),
    ),
    memory: less(
      capacity.memory,
      reserved.map(({ memory }) => memory),
    ),
    ephemeralStorage: less(
      capacity.ephemeralStorage,
      reserved.map(({ ephemeralStorage }) => ephemeralStorage),
    ),
  };
}

function less<Amount extends number>(amount: Amount, parts: readonly (Amount | undefined)[]): Amount {
  const rest = parts.reduce<number>((left, part) => left - (part ?? 0), amount);
  return Math.max(0, rest) as Amount;
}
