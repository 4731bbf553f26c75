import { compact, describe, type Input } from './input.ts';
import { qualifiedName } from './names.ts';
import { nearest } from './nearest.ts';
import type { ResourceList, ResourceRequirements } from './pod.ts';
import { quantityMilli } from './quantity.ts';

const plainResources = ['cpu', 'memory', 'ephemeral-storage'] as const;

/** Reads limits and requests; a request that is absent is its limit. */
export function decodeResources(input: Input): ResourceRequirements | undefined {
  return input.object(() => {
    const limits = decodeResourceList(input.field('limits'));
    const asked = decodeResourceList(input.field('requests'));
    for (const name of Object.keys(asked ?? {})) {
      const request = quantityMilli(asked?.[name] ?? '') ?? 0;
      const limit = quantityMilli(limits?.[name] ?? '') ?? Number.POSITIVE_INFINITY;
      if (request > limit) {
        input
          .field('requests')
          .field(name)
          .report(`must be at most the limit ${limits?.[name]}, but is ${asked?.[name]}`);
      }
    }
    const requests = limits === undefined && asked === undefined ? undefined : { ...limits, ...asked };
    return compact({ limits, requests });
  });
}

/** Amounts by resource name, kept as text. */
export function decodeResourceList(input: Input): ResourceList | undefined {
  return input.map((amount, name) => {
    checkResourceName(amount, name);
    return decodeQuantity(amount);
  });
}

/** A quantity, not negative; a plain number is one too. */
export function decodeQuantity(input: Input): string | undefined {
  if (input.absent) return undefined;
  const text = typeof input.raw === 'number' ? String(input.raw) : input.text();
  if (text === undefined) return undefined;
  const amount = quantityMilli(text);
  if (amount === undefined || amount < 0) {
    input.report(`must be a quantity such as 500m, 64Mi or 1.5, but is ${describe(input.raw)}`);
    return undefined;
  }
  return text;
}

function checkResourceName(input: Input, name: string): void {
  const known = (plainResources as readonly string[]).includes(name) || /^hugepages-\d+(Ki|Mi|Gi)$/.test(name);
  if (known || (name.includes('/') && qualifiedName.pattern.test(name))) return;
  const meant = nearest(name, plainResources);
  input.report(`is not a known resource${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}
