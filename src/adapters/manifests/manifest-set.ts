import type { SourceProblem, SourceSnapshot } from '../../ports/pod-source.ts';
import type { ManifestObject, ParsedManifest } from './parse-manifest.ts';

/** What is known of one file: the objects that count now, and what is wrong with the file as it stands. */
interface FileState {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly SourceProblem[];
}

/** The objects of several manifests, where a file that went bad keeps its last good ones. */
export class ManifestSet {
  readonly #files = new Map<string, FileState>();

  /** Takes in what was read of a file; true when that changes anything. */
  take(file: string, parsed: ParsedManifest): boolean {
    const before = this.#files.get(file);
    const after: FileState = { objects: mergeGood(before?.objects ?? [], parsed), problems: parsed.problems };
    this.#files.set(file, after);
    return before === undefined || !sameState(before, after);
  }

  /** Forgets a file that is gone; true when it was known. */
  drop(file: string): boolean {
    return this.#files.delete(file);
  }

  /** Whether something of this file counts. */
  holds(file: string): boolean {
    return this.#files.has(file);
  }

  /** All objects of the files in the order given; of two with one name the first counts. */
  snapshot(files: Iterable<string>, others: readonly SourceProblem[]): SourceSnapshot {
    const chosen = new Map<string, string>();
    const objects: ManifestObject[] = [];
    const problems = [...others];
    for (const file of files) {
      const state = this.#files.get(file);
      problems.push(...(state?.problems ?? []));
      for (const object of state?.objects ?? []) {
        const first = chosen.get(object.key);
        if (first === undefined) {
          chosen.set(object.key, file);
          objects.push(object);
        } else {
          const reason = `holds ${object.key}, which ${first} holds too: that one is used`;
          problems.push({ file, line: object.line, reason, warning: false });
        }
      }
    }
    return {
      pods: objects.flatMap((entry) => (entry.kind === 'Pod' ? [entry.object] : [])),
      configMaps: objects.flatMap((entry) => (entry.kind === 'ConfigMap' ? [entry.object] : [])),
      secrets: objects.flatMap((entry) => (entry.kind === 'Secret' ? [entry.object] : [])),
      problems,
    };
  }
}

/** What was read, with the last good versions in place of what was refused. Unchanged objects stay the same objects. */
function mergeGood(before: readonly ManifestObject[], parsed: ParsedManifest): readonly ManifestObject[] {
  const known = new Map(before.map((object) => [object.key, object]));
  const read = parsed.objects.map((object) => {
    const old = known.get(object.key);
    // The same content was seen before: its "seen" annotation must not change.
    return old?.hash === object.hash ? { ...old, line: object.line } : object;
  });
  const keys = new Set(read.map((object) => object.key));
  const kept = before.filter(
    (object) => !keys.has(object.key) && (parsed.unclear || parsed.refused.includes(object.key)),
  );
  return [...read, ...kept];
}

function sameState(left: FileState, right: FileState): boolean {
  const word = ({ objects, problems }: FileState): string =>
    JSON.stringify([objects.map((object) => [object.key, object.hash]), problems]);
  return word(left) === word(right);
}
