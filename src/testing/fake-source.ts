import type { ConfigMap, Secret } from '../kube/objects.ts';
import type { Pod } from '../kube/pod.ts';
import type { PodSource, SourceProblem, SourceSnapshot } from '../ports/pod-source.ts';

const empty: SourceSnapshot = { pods: [], configMaps: [], secrets: [], problems: [] };

/** A source whose content a test changes; readers get the whole set after each change, the latest one only. */
export class FakeSource implements PodSource {
  #content: SourceSnapshot | undefined;
  #version = 0;
  readonly #readers = new Set<() => void>();

  /** Ready at once with nothing in it, or silent until the first change. */
  constructor(options: { readonly ready: boolean } = { ready: true }) {
    if (options.ready) this.#content = empty;
  }

  /** What it holds now. */
  get content(): SourceSnapshot {
    return this.#content ?? empty;
  }

  /** Adds a pod, or replaces the one of the same namespace and name: an edited file. */
  apply(pod: Pod): void {
    const { namespace, name } = pod.metadata;
    const others = this.content.pods.filter(
      ({ metadata }) => metadata.namespace !== namespace || metadata.name !== name,
    );
    this.set({ pods: [...others, pod] });
  }

  /** Removes a pod by name: a deleted file. */
  remove(name: string): void {
    this.set({ pods: this.content.pods.filter((pod) => pod.metadata.name !== name) });
  }

  /** Sets the text of one ConfigMap. */
  applyConfigMap(name: string, data: Readonly<Record<string, string>>, namespace = 'default'): void {
    this.#version += 1;
    const map: ConfigMap & { readonly version: string } = {
      kind: 'ConfigMap',
      metadata: { name, namespace, uid: `configmap-${name}` },
      data,
      binaryData: {},
      version: String(this.#version),
    };
    this.set({ configMaps: [...this.content.configMaps.filter((each) => each.metadata.name !== name), map] });
  }

  /** Sets the data of one Secret. */
  applySecret(name: string, data: Readonly<Record<string, Uint8Array>>, namespace = 'default'): void {
    this.#version += 1;
    const secret: Secret & { readonly version: string } = {
      kind: 'Secret',
      metadata: { name, namespace, uid: `secret-${name}` },
      type: 'Opaque',
      data,
      version: String(this.#version),
    };
    this.set({ secrets: [...this.content.secrets.filter((each) => each.metadata.name !== name), secret] });
  }

  report(problems: readonly SourceProblem[]): void {
    this.set({ problems });
  }

  set(change: Partial<SourceSnapshot>): void {
    this.#content = { ...this.content, ...change };
    for (const wake of this.#readers) wake();
  }

  async *snapshots(signal: AbortSignal): AsyncIterable<SourceSnapshot> {
    let told: SourceSnapshot | undefined;
    let wake = (): void => undefined;
    const awake = (): void => wake();
    this.#readers.add(awake);
    signal.addEventListener('abort', awake, { once: true });
    try {
      while (true) {
        signal.throwIfAborted();
        if (this.#content !== undefined && this.#content !== told) {
          told = this.#content;
          yield told;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = () => {
            resolve();
          };
        });
      }
    } finally {
      signal.removeEventListener('abort', awake);
      this.#readers.delete(awake);
    }
  }
}
