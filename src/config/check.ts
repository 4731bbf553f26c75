import { unknownField } from './composite-types.ts';
import { type DocumentKind, type Field, isZero } from './field.ts';
import { fields } from './fields.ts';
import { type Located, type LocatedMap, plain } from './located.ts';
import { nearest, problemAt, shown } from './problem.ts';
import type { Reading } from './value-type.ts';

/** The fields of a document as a tree: a field, or a section with more of them. */
type Section = Map<string, Section | Field>;

export const documentKinds: Readonly<Record<DocumentKind, string>> = {
  KubeletConfiguration: 'kubelet.config.k8s.io/v1beta1',
  NodeletConfiguration: 'nodelet.dev/v1alpha1',
};

const sections: Readonly<Record<DocumentKind, Section>> = {
  KubeletConfiguration: sectionOf('KubeletConfiguration'),
  NodeletConfiguration: sectionOf('NodeletConfiguration'),
};

function sectionOf(kind: DocumentKind): Section {
  const root: Section = new Map();
  for (const field of fields) {
    if (field.document !== kind) continue;
    let section = root;
    const keys = field.path.split('.');
    const last = keys.pop() ?? '';
    for (const key of keys) {
      const inner = section.get(key);
      const next: Section = inner instanceof Map ? inner : new Map();
      section.set(key, next);
      section = next;
    }
    section.set(last, field);
  }
  return root;
}

/** Which kind of document this is, or undefined after the fault was reported. */
export function kindOf(document: Located, reading: Reading): DocumentKind | undefined {
  const kinds = Object.keys(documentKinds) as DocumentKind[];
  if (document.kind !== 'map') {
    const expected = `a document with apiVersion, kind and fields`;
    reading.report(problemAt(document.from, { path: '', expected, got: shown(plain(document)) }));
    return undefined;
  }
  const kind = document.entries.get('kind');
  const found = kinds.find((name) => kind?.kind === 'scalar' && kind.value === name);
  if (found === undefined) {
    const got = kind === undefined ? 'nothing' : shown(plain(kind));
    const suggestion = kind?.kind === 'scalar' ? nearest(String(kind.value), kinds) : undefined;
    const place = kind?.from ?? document.from;
    reading.report(problemAt(place, { path: 'kind', expected: kinds.join(' or '), got, suggestion }));
    return undefined;
  }
  const version = document.entries.get('apiVersion');
  if (version?.kind !== 'scalar' || version.value !== documentKinds[found]) {
    const got = version === undefined ? 'nothing' : shown(plain(version));
    reading.report(
      problemAt(version?.from ?? document.from, { path: 'apiVersion', expected: documentKinds[found], got }),
    );
  }
  return found;
}

/**
 * Checks every field of a document and gives it back in normal form.
 *
 * What is wrong is reported and left out; what means "not set" (null, or zero where the API takes it so) becomes null,
 * which in a drop-in takes back what came before.
 */
export function checkDocument(document: LocatedMap, kind: DocumentKind, reading: Reading): LocatedMap {
  const entries = new Map(document.entries);
  entries.delete('apiVersion');
  entries.delete('kind');
  return checkSection({ ...document, entries }, sections[kind], '', { reading, kind });
}

interface Checking {
  readonly reading: Reading;
  readonly kind: DocumentKind;
}

function checkSection(node: LocatedMap, section: Section, prefix: string, checking: Checking): LocatedMap {
  const entries = new Map<string, Located>();
  for (const [key, value] of node.entries) {
    const path = `${prefix}${key}`;
    const known = section.get(key);
    if (known === undefined) reportUnknown(value, path, [...section.keys()], checking);
    else if (value.kind === 'scalar' && value.value === null) entries.set(key, value);
    else if (!(known instanceof Map)) {
      const read = checkField(value, known, checking.reading);
      if (read !== undefined) entries.set(key, read);
    } else if (value.kind === 'map') entries.set(key, checkSection(value, known, `${path}.`, checking));
    else {
      const expected = `a map with ${[...known.keys()].join(', ')}`;
      checking.reading.report(problemAt(value.from, { path, expected, got: shown(plain(value)) }));
    }
  }
  return { ...node, entries };
}

function checkField(value: Located, field: Field, reading: Reading): Located | undefined {
  const meansDefault =
    !field.type.nullable && value.kind === 'scalar' && isZero(value.value) && !isZero(field.default ?? '');
  if (meansDefault) return { kind: 'scalar', value: null, from: value.from };
  return field.type.read(value, field.path, reading);
}

function reportUnknown(value: Located, path: string, siblings: readonly string[], checking: Checking): void {
  const fault = unknownField(path, siblings);
  const name = path.slice(path.lastIndexOf('.') + 1);
  const elsewhere = fields.find(({ path: other }) => other.split('.').includes(name));
  const suggestion = fault.suggestion ?? (elsewhere === undefined ? undefined : placeOf(elsewhere, checking.kind));
  const expected = fault.expected === 'a known field' ? `a field of ${checking.kind}` : fault.expected;
  checking.reading.report(problemAt(value.from, { ...fault, expected, suggestion }));
}

function placeOf(field: Field, kind: DocumentKind): string {
  return field.document === kind ? field.path : `${field.path} of ${field.document}`;
}
