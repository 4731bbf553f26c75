import { decodeMeta } from './decode-meta.ts';
import { decodePodSpec } from './decode-pod-spec.ts';
import type { Decoded, Finding } from './finding.ts';
import { Input } from './input.ts';
import { dnsSubdomain } from './names.ts';
import type { Pod } from './pod.ts';
import { checkFields } from './pod-fields.ts';
import { apiReference, asStaticPod, type StaticPodContext, staticUid } from './static-pod.ts';
import { validatePodSpec } from './validate-pod.ts';

/**
 * Reads a pod from a manifest: checks it, fills in what the API server would, and makes it a pod of this node.
 *
 * All findings come at once. Warnings name fields that are known and not acted on yet; the pod runs all the same.
 */
export function decodePod(value: unknown, context: StaticPodContext): Decoded<'pod', Pod> {
  const { findings, warnings } = checkFields('Pod', value);
  const input = new Input(value, findings);
  if (!input.required.isObject) return { ok: false, findings };
  const metadata = decodeMeta(input.field('metadata'));
  const spec = input.field('spec').required.object(decodePodSpec);
  if (spec === undefined) return { ok: false, findings };
  findings.push(...validatePodSpec(spec));
  if (!context.allowReferences) {
    const reference = apiReference(spec);
    if (reference !== undefined) findings.push(reference);
  }
  const uid = metadata.uid === '' ? staticUid(value, context) : metadata.uid;
  const pod = asStaticPod({ metadata: { ...metadata, uid: uid as Pod['metadata']['uid'] }, spec }, uid, context);
  if (metadata.name !== '' && pod.metadata.name.length > dnsSubdomain.longest) {
    findings.push({
      path: ['metadata', 'name'],
      message: `must be at most ${dnsSubdomain.longest} letters with the node's name behind it`,
    });
  }
  return findings.length > 0 ? { ok: false, findings: distinct(findings) } : { ok: true, pod, warnings };
}

/** A field that two rules look at is told once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding);
    const first = !seen.has(key);
    seen.add(key);
    return first;
  });
}
