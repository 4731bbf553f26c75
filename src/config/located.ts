import { type Origin, originText } from './origin.ts';

/** What JSON can say. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** A value of which every part knows where it was written, so that errors and `nodelet config` can tell. */
export type Located =
  | { readonly kind: 'scalar'; readonly value: null | boolean | number | string; readonly from: Origin }
  | { readonly kind: 'list'; readonly items: readonly Located[]; readonly from: Origin }
  | LocatedMap;

export interface LocatedMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Located>;
  readonly from: Origin;
}

/** A plain value, all of it from one place. */
export function locate(value: Plain, from: Origin): Located {
  if (value === null || typeof value !== 'object') return { kind: 'scalar', value, from };
  if (isList(value)) return { kind: 'list', items: value.map((item) => locate(item, from)), from };
  const entries = new Map(Object.entries(value).map(([key, item]) => [key, locate(item, from)]));
  return { kind: 'map', entries, from };
}

export function plain(node: Located): Plain {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return plainMap([...node.entries].map(([key, item]) => [key, plain(item)]));
    default:
      return node satisfies never;
  }
}

/** An object of the entries; a key such as `__proto__` is a key like others. */
export function plainMap(entries: readonly (readonly [string, Plain])[]): { readonly [key: string]: Plain } {
  return Object.fromEntries(entries);
}

export function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** The value at a path of keys; undefined when it, or a map on the way to it, is not there. */
export function valueAt(node: Located | undefined, path: readonly string[]): Located | undefined {
  let found = node;
  for (const key of path) {
    if (found?.kind !== 'map') return undefined;
    found = found.entries.get(key);
  }
  return found;
}

/** RFC 7386: maps are merged key by key, `null` removes a key, anything else replaces. */
export function mergePatch(target: Located | undefined, patch: LocatedMap): LocatedMap {
  const entries = new Map<string, Located>(target?.kind === 'map' ? target.entries : []);
  for (const [key, value] of patch.entries) {
    if (value.kind === 'scalar' && value.value === null) entries.delete(key);
    else if (value.kind === 'map') entries.set(key, mergePatch(entries.get(key), value));
    else entries.set(key, value);
  }
  return { kind: 'map', entries, from: patch.from };
}

/** Every place that the parts of a value came from, each once, in order. */
export function originsOf(node: Located): readonly string[] {
  if (node.kind === 'scalar') return [originText(node.from)];
  const parts = node.kind === 'list' ? node.items : [...node.entries.values()];
  const texts = new Set(parts.flatMap(originsOf));
  return texts.size === 0 ? [originText(node.from)] : [...texts];
}
