import { compact, type Input } from './input.ts';
import type { ObjectMeta } from './meta.ts';
import { dnsLabel, dnsSubdomain, type Grammar, labelValue, objectUid, qualifiedName } from './names.ts';

/** Reads metadata; `namespace` is "default" where it is absent, and `uid` empty. */
export function decodeMeta(input: Input, name: Grammar = dnsSubdomain): ObjectMeta {
  if (input.required.absent || !input.isObject) return { name: '', namespace: 'default', uid: '' };
  return compact({
    name: input.field('name').requiredText(name),
    namespace: input.field('namespace').text(dnsLabel) ?? 'default',
    uid: input.field('uid').text(objectUid) ?? '',
    resourceVersion: input.field('resourceVersion').text(),
    generation: input.field('generation').whole(0),
    labels: decodeLabels(input.field('labels'), labelValue),
    annotations: decodeLabels(input.field('annotations')),
    creationTimestamp: input.field('creationTimestamp').text(),
    deletionTimestamp: input.field('deletionTimestamp').text(),
    deletionGracePeriodSeconds: input.field('deletionGracePeriodSeconds').whole(0),
  });
}

/** A map of qualified names: labels, annotations, node selectors. */
export function decodeLabels(input: Input, value?: Grammar): Readonly<Record<string, string>> | undefined {
  return input.map((held, key) => {
    if (key.length > qualifiedName.longest || !qualifiedName.pattern.test(key)) {
      held.report(`has a key that is not ${qualifiedName.meaning}`);
    }
    return held.required.text(value);
  });
}
