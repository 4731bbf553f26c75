import { decodeLabels } from './decode-meta.ts';
import { compact, type Input } from './input.ts';
import { qualifiedName } from './names.ts';
import type { Affinity, NodeSelectorRequirement, NodeSelectorTerm, Toleration } from './scheduling.ts';

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'] as const;
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

/** Reads the part of an affinity that a node checks: what the pod requires of nodes. */
export function decodeAffinity(input: Input): Affinity | undefined {
  return input.object(() =>
    compact({
      nodeAffinity: input.field('nodeAffinity').object((node) => {
        const required = node.field('requiredDuringSchedulingIgnoredDuringExecution');
        return compact({
          requiredDuringSchedulingIgnoredDuringExecution: required.object(() => ({
            nodeSelectorTerms: required.field('nodeSelectorTerms').required.objects(decodeTerm) ?? [],
          })),
        });
      }),
    }),
  );
}

export function decodeNodeSelector(input: Input): Readonly<Record<string, string>> | undefined {
  return decodeLabels(input);
}

export function decodeToleration(input: Input): Toleration {
  const operator = input.field('operator').oneOf(['Exists', 'Equal'] as const);
  const key = input.field('key').text();
  const value = input.field('value').text();
  if (operator === 'Exists' && value !== undefined && value !== '') {
    input.field('value').report('must be absent with the operator Exists');
  }
  if ((key ?? '') === '' && operator !== 'Exists') input.field('operator').report('must be Exists where key is empty');
  return compact({
    key,
    operator,
    value,
    effect: input.field('effect').raw === '' ? undefined : input.field('effect').oneOf(effects),
    tolerationSeconds: input.field('tolerationSeconds').whole(Number.MIN_SAFE_INTEGER),
  });
}

function decodeTerm(input: Input): NodeSelectorTerm {
  return compact({
    matchExpressions: input.field('matchExpressions').objects(decodeRequirement),
    matchFields: input.field('matchFields').objects(decodeRequirement),
  });
}

function decodeRequirement(input: Input): NodeSelectorRequirement {
  const operator = input.field('operator').required.oneOf(operators) ?? 'Exists';
  const values = input.field('values').texts();
  const count = values?.length ?? 0;
  const list = input.field('values');
  if ((operator === 'In' || operator === 'NotIn') && count === 0) list.report(`must hold a value with ${operator}`);
  if ((operator === 'Gt' || operator === 'Lt') && count !== 1) list.report(`must hold one value with ${operator}`);
  if ((operator === 'Exists' || operator === 'DoesNotExist') && count > 0) {
    list.report(`must be absent with ${operator}`);
  }
  return compact({ key: input.field('key').requiredText(qualifiedName), operator, values });
}
