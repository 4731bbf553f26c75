import { createHash } from 'node:crypto';
import { decodeConfigMap, decodeSecret } from '../../kube/decode-objects.ts';
import { decodePod } from '../../kube/decode-pod.ts';
import { type Finding, findingText, type Path } from '../../kube/finding.ts';
import { describe, isRecord } from '../../kube/input.ts';
import { nearest } from '../../kube/nearest.ts';
import type { ConfigMap, Secret } from '../../kube/objects.ts';
import type { Pod } from '../../kube/pod.ts';
import { canonical, type StaticPodContext } from '../../kube/static-pod.ts';
import type { SourceProblem } from '../../ports/pod-source.ts';
import { readDocuments, type YamlDocument } from './yaml-documents.ts';

/** A manifest's text and what its pods become. Plain data: it goes to a worker thread. */
export interface ManifestText {
  readonly file: string;
  readonly text: string;
  readonly context: StaticPodContext;
}

/** What a manifest holds. Plain data: it comes back from a worker thread. */
export interface ParsedManifest {
  readonly objects: readonly ManifestObject[];
  /** The objects that were refused, by key; their last good versions go on. */
  readonly refused: readonly string[];
  /** Something was refused that could not be told apart: all that the file held before goes on. */
  readonly unclear: boolean;
  readonly problems: readonly SourceProblem[];
}

/** One object of a manifest. `key` is kind, namespace and name; `hash` changes with what was written, not with how. */
export type ManifestObject = { readonly key: string; readonly hash: string; readonly line: number } & (
  | { readonly kind: 'Pod'; readonly object: Pod }
  | { readonly kind: 'ConfigMap'; readonly object: ConfigMap & { readonly version: string } }
  | { readonly kind: 'Secret'; readonly object: Secret & { readonly version: string } }
);

const kinds = ['Pod', 'PodList', 'List', 'ConfigMap', 'Secret'] as const;

// More than this of one file helps nobody.
const mostProblems = 50;

/** Reads the objects of a manifest. Pure, and bounded by the text's size; what does not fit becomes problems. */
export function parseManifest(manifest: ManifestText): ParsedManifest {
  const { documents, faults } = readDocuments(manifest.text);
  const found = new Found(manifest);
  for (const fault of faults) found.unclearProblem(fault.line, fault.reason);
  if (documents.length === 0 && faults.length === 0)
    found.unclearProblem(1, 'holds no object; remove the file to stop its pods');
  // Half a file is not applied: what a syntax error swallowed must not look as if it had been taken out.
  if (faults.length === 0) for (const document of documents) found.read(document, document.value, []);
  return found.parsed();
}

/** A manifest that could not be read at all. */
export function unreadable(file: string, reason: string): ParsedManifest {
  return { objects: [], refused: [], unclear: true, problems: [{ file, line: 1, reason, warning: false }] };
}

class Found {
  readonly #manifest: ManifestText;
  readonly #objects = new Map<string, ManifestObject>();
  readonly #refused: string[] = [];
  readonly #problems: SourceProblem[] = [];
  #unclear = false;

  constructor(manifest: ManifestText) {
    this.#manifest = manifest;
  }

  parsed(): ParsedManifest {
    const more = this.#problems.length - mostProblems;
    const problems = this.#problems.slice(0, mostProblems);
    const { file } = this.#manifest;
    if (more > 0) problems.push({ file, reason: `has ${more} problems more`, warning: this.#refused.length === 0 });
    return { objects: [...this.#objects.values()], refused: this.#refused, unclear: this.#unclear, problems };
  }

  unclearProblem(line: number, reason: string): void {
    this.#unclear = true;
    this.#problems.push({ file: this.#manifest.file, line, reason, warning: false });
  }

  /** Reads one object, or each item of a list. `above` is where it stands in its document. */
  read(document: YamlDocument, value: unknown, above: Path): void {
    const line = document.lineOf(above);
    if (!isRecord(value)) {
      this.unclearProblem(line, `must be an object, but is ${describe(value)}`);
      return;
    }
    const { kind, apiVersion } = value;
    const known = kinds.find((candidate) => candidate === kind);
    if (known === undefined) this.#refuseKind(line, value);
    else if (apiVersion !== 'v1') {
      const at = document.lineOf([...above, 'apiVersion']);
      this.#refuse(value, at, `apiVersion must be v1, but is ${describe(apiVersion)}`);
    } else if (known === 'List' || known === 'PodList') this.#readList(document, value, above);
    else this.#decode(document, { kind: known, value, above });
  }

  #readList(document: YamlDocument, list: Record<string, unknown>, above: Path): void {
    const line = document.lineOf([...above, 'items']);
    const items = list['items'] ?? [];
    if (above.length > 0) this.unclearProblem(line, 'must not be a list within a list');
    else if (!Array.isArray(items)) this.unclearProblem(line, `items must be a list, but is ${describe(items)}`);
    else {
      for (const [place, item] of items.entries()) {
        // The API gives the items of a PodList without kind and apiVersion.
        const bare = list['kind'] === 'PodList' && isRecord(item);
        this.read(document, bare ? { kind: 'Pod', apiVersion: 'v1', ...item } : item, ['items', place]);
      }
    }
  }

  #decode(document: YamlDocument, { kind, value, above }: Described): void {
    const decoded = this.#decoded(kind, value);
    const note = (finding: Finding, warning: boolean): void => {
      const line = document.lineOf([...above, ...finding.path]);
      this.#problems.push({ file: this.#manifest.file, line, reason: findingText(finding), warning });
    };
    if (!decoded.ok) {
      for (const finding of decoded.findings) note(finding, false);
      this.#refusedKey(kind, value);
      return;
    }
    for (const warning of decoded.warnings) note(warning, true);
    const { metadata } = decoded.entry.object;
    const key = `${kind} ${metadata.namespace}/${metadata.name}`;
    const line = document.lineOf(above);
    const first = this.#objects.get(key);
    if (first === undefined) this.#objects.set(key, { key, line, hash: decoded.hash, ...decoded.entry });
    else {
      const reason = `is ${key} again: the one in line ${first.line} is used`;
      this.#problems.push({ file: this.#manifest.file, line, reason, warning: false });
    }
  }

  #decoded(kind: ObjectKind, value: Record<string, unknown>): DecodedEntry {
    const hash = createHash('sha256')
      .update(canonical({ ...value, status: undefined }))
      .digest('hex')
      .slice(0, 32);
    if (kind === 'Pod') {
      const result = decodePod(value, this.#manifest.context);
      return result.ok ? { ...result, hash, entry: { kind, object: result.pod } } : result;
    }
    if (kind === 'ConfigMap') {
      const result = decodeConfigMap(value);
      return result.ok ? { ...result, hash, entry: { kind, object: { ...result.configMap, version: hash } } } : result;
    }
    const result = decodeSecret(value);
    return result.ok ? { ...result, hash, entry: { kind, object: { ...result.secret, version: hash } } } : result;
  }

  #refuseKind(line: number, value: Record<string, unknown>): void {
    const { kind } = value;
    if (typeof kind !== 'string' || kind === '') {
      this.unclearProblem(line, `kind must be one of ${kinds.join(', ')}, but is ${describe(kind)}`);
      return;
    }
    const meant = nearest(kind, kinds);
    if (meant === undefined) this.#refuse(value, line, `kind ${kind} is not something nodelet runs`);
    else this.unclearProblem(line, `kind ${kind} is not known; did you mean ${meant}?`);
  }

  #refuse(value: Record<string, unknown>, line: number, reason: string): void {
    this.#problems.push({ file: this.#manifest.file, line, reason, warning: false });
    this.#refusedKey(String(value['kind']), value);
  }

  /** An object without a readable name could be any of those that were there before. */
  #refusedKey(kind: string, value: Record<string, unknown>): void {
    const metadata = value['metadata'];
    const { name, namespace = 'default' } = isRecord(metadata) ? metadata : {};
    if (typeof name !== 'string') {
      this.#unclear = true;
      return;
    }
    const { appendNodeName, nodeName } = this.#manifest.context;
    const suffix = kind === 'Pod' && appendNodeName ? `-${nodeName}` : '';
    this.#refused.push(`${kind} ${namespace}/${name}${suffix}`);
  }
}

type ObjectKind = 'Pod' | 'ConfigMap' | 'Secret';

interface Described {
  readonly kind: ObjectKind;
  readonly value: Record<string, unknown>;
  readonly above: Path;
}

type Entry =
  | { readonly kind: 'Pod'; readonly object: Pod }
  | { readonly kind: 'ConfigMap'; readonly object: ConfigMap & { readonly version: string } }
  | { readonly kind: 'Secret'; readonly object: Secret & { readonly version: string } };

type DecodedEntry =
  | { readonly ok: true; readonly warnings: readonly Finding[]; readonly hash: string; readonly entry: Entry }
  | { readonly ok: false; readonly findings: readonly Finding[] };
