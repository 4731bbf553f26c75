import type { Pod } from '../../kube/pod.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../kube/scheduling.ts';
import type { NodeView } from './view.ts';

type Texts = Readonly<Record<string, string>>;

/** Whether the node is one of those that the pod's nodeSelector and required node affinity allow. */
export function matchesNode(pod: Pod, node: NodeView): boolean {
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  if (!selector.every(([key, value]) => own(node.labels, key) === value)) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

/** All of a term's requirements must hold; a term without any matches no node. */
function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: NodeView): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const fields: Texts = { 'metadata.name': node.name };
  return (
    matchExpressions.every((requirement) => holds(requirement, node.labels)) &&
    matchFields.every((requirement) => holds(requirement, fields))
  );
}

function holds({ key, operator, values = [] }: NodeSelectorRequirement, texts: Texts): boolean {
  const value = own(texts, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compared(value, values, (left, right) => left > right);
    case 'Lt':
      return compared(value, values, (left, right) => left < right);
  }
}

function compared(
  value: string | undefined,
  [bound]: readonly string[],
  test: (left: bigint, right: bigint) => boolean,
): boolean {
  const whole = /^[+-]?\d{1,19}$/;
  if (value === undefined || bound === undefined || !whole.test(value) || !whole.test(bound)) return false;
  return test(BigInt(value), BigInt(bound));
}

function own(texts: Texts, key: string): string | undefined {
  return Object.hasOwn(texts, key) ? texts[key] : undefined;
}
