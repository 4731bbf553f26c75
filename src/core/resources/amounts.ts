import type { Container, Pod, ResourceList } from '../../kube/pod.ts';
import { quantityMilli, quantityValue } from '../../kube/quantity.ts';

/** Amounts of what the node counts: thousandths of a core, bytes. 0 is "none asked for". */
export interface Amounts {
  readonly cpuMilli: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
}

export const noAmounts: Amounts = { cpuMilli: 0, memory: 0, ephemeralStorage: 0 };

type Side = 'requests' | 'limits';

/** The amounts in a list of resources; what is not a quantity counts as none (decoding has refused it before). */
export function amounts(list: ResourceList | undefined): Amounts {
  return {
    cpuMilli: read(list, 'cpu', quantityMilli),
    memory: read(list, 'memory', quantityValue),
    ephemeralStorage: read(list, 'ephemeral-storage', quantityValue),
  };
}

/** What a pod asks for, its overhead included: what admission counts and its cgroup is given. */
export function podRequests(pod: Pod): Amounts {
  return plus(requestsWithoutOverhead(pod), amounts(pod.spec.overhead));
}

/** What a pod may use, its overhead included. A container without a limit adds nothing: see `limitsDeclared`. */
export function podLimits(pod: Pod): Amounts {
  const limits = limitsWithoutOverhead(pod);
  const overhead = amounts(pod.spec.overhead);
  return {
    cpuMilli: limits.cpuMilli === 0 ? 0 : limits.cpuMilli + overhead.cpuMilli,
    memory: limits.memory === 0 ? 0 : limits.memory + overhead.memory,
    ephemeralStorage: limits.ephemeralStorage === 0 ? 0 : limits.ephemeralStorage + overhead.ephemeralStorage,
  };
}

export function requestsWithoutOverhead(pod: Pod): Amounts {
  return podLevel(pod, 'requests', total(pod, 'requests'));
}

export function limitsWithoutOverhead(pod: Pod): Amounts {
  return podLevel(pod, 'limits', total(pod, 'limits'));
}

/** Whether the pod as a whole, or each of its containers, has a limit of CPU and of memory. */
export function limitsDeclared(pod: Pod): { readonly cpu: boolean; readonly memory: boolean } {
  const whole = amounts(pod.spec.resources?.limits);
  const each = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) =>
    amounts(container.resources?.limits),
  );
  return {
    cpu: whole.cpuMilli > 0 || each.every((limits) => limits.cpuMilli > 0),
    memory: whole.memory > 0 || each.every((limits) => limits.memory > 0),
  };
}

/**
 * The most that the pod's containers take at any time.
 *
 * Main containers and sidecars run together; another init container runs beside the sidecars that come before it.
 */
function total(pod: Pod, side: Side): Amounts {
  let together = noAmounts;
  let sidecars = noAmounts;
  let initial = noAmounts;
  for (const container of pod.spec.containers) together = plus(together, ofContainer(container, side));
  for (const container of pod.spec.initContainers ?? []) {
    const own = ofContainer(container, side);
    if (container.restartPolicy === 'Always') {
      together = plus(together, own);
      sidecars = plus(sidecars, own);
      initial = most(initial, sidecars);
    } else {
      initial = most(initial, plus(own, sidecars));
    }
  }
  return most(together, initial);
}

/** What is set for the pod as a whole stands in the place of its containers' sum. */
function podLevel(pod: Pod, side: Side, sum: Amounts): Amounts {
  const whole = pod.spec.resources?.[side];
  const set = amounts(whole);
  return {
    cpuMilli: has(whole, 'cpu') ? set.cpuMilli : sum.cpuMilli,
    memory: has(whole, 'memory') ? set.memory : sum.memory,
    ephemeralStorage: sum.ephemeralStorage,
  };
}

function ofContainer(container: Container, side: Side): Amounts {
  return amounts(container.resources?.[side]);
}

function read(list: ResourceList | undefined, name: string, parse: (text: string) => number | undefined): number {
  const text = list !== undefined && has(list, name) ? list[name] : undefined;
  return text === undefined ? 0 : (parse(text) ?? 0);
}

function has(list: ResourceList | undefined, name: string): boolean {
  return list !== undefined && Object.hasOwn(list, name);
}

function plus(left: Amounts, right: Amounts): Amounts {
  return {
    cpuMilli: left.cpuMilli + right.cpuMilli,
    memory: left.memory + right.memory,
    ephemeralStorage: left.ephemeralStorage + right.ephemeralStorage,
  };
}

function most(left: Amounts, right: Amounts): Amounts {
  return {
    cpuMilli: Math.max(left.cpuMilli, right.cpuMilli),
    memory: Math.max(left.memory, right.memory),
    ephemeralStorage: Math.max(left.ephemeralStorage, right.ephemeralStorage),
  };
}
