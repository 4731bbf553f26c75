import type { WantedPod } from '../core/pod/want.ts';
import type { PodUid } from '../kube/meta.ts';
import type { Container, Lifecycle, Pod, PodSpec, RestartPolicy } from '../kube/pod.ts';
import type { Volume } from '../kube/volume.ts';
import { containerSpec, podSpec, wantedPod } from './specs.ts';

/** Begins a pod of namespace default: `pod('web').container('c', 'busybox').want()`. Its UID is "<name>-uid". */
export function pod(name: string, uid: string = `${name}-uid`): PodBuilder {
  return new PodBuilder(name, uid);
}

/** A pod that a test describes step by step; each step gives a new one. */
export class PodBuilder {
  readonly #name: string;
  readonly #uid: string;
  readonly #spec: Partial<PodSpec>;

  constructor(name: string, uid: string, spec: Partial<PodSpec> = { containers: [] }) {
    this.#name = name;
    this.#uid = uid;
    this.#spec = spec;
  }

  container(name: string, image: string = 'busybox:1.36', fields: Partial<Container> = {}): PodBuilder {
    return this.spec({ containers: [...this.#containers, containerSpec(name, { image, ...fields })] });
  }

  init(name: string, image: string = 'busybox:1.36', fields: Partial<Container> = {}): PodBuilder {
    return this.spec({ initContainers: [...this.#inits, containerSpec(name, { image, ...fields })] });
  }

  sidecar(name: string, fields: Partial<Container> = {}): PodBuilder {
    return this.init(name, 'busybox:1.36', { restartPolicy: 'Always', ...fields });
  }

  /** Gives hooks to the container that was added last. */
  hooks(lifecycle: Lifecycle): PodBuilder {
    const last = this.#containers.at(-1);
    return last === undefined
      ? this
      : this.spec({ containers: [...this.#containers.slice(0, -1), { ...last, lifecycle }] });
  }

  volume(volume: Volume): PodBuilder {
    return this.spec({ volumes: [...(this.#spec.volumes ?? []), volume] });
  }

  restart(restartPolicy: RestartPolicy): PodBuilder {
    return this.spec({ restartPolicy });
  }

  grace(terminationGracePeriodSeconds: number): PodBuilder {
    return this.spec({ terminationGracePeriodSeconds });
  }

  spec(fields: Partial<PodSpec>): PodBuilder {
    return new PodBuilder(this.#name, this.#uid, { ...this.#spec, ...fields });
  }

  build(): Pod {
    return podSpec(this.#spec, { name: this.#name, uid: this.#uid as PodUid });
  }

  want(fields: Partial<WantedPod> = {}): WantedPod {
    return wantedPod(this.build(), fields);
  }

  get #containers(): readonly Container[] {
    return this.#spec.containers ?? [];
  }

  get #inits(): readonly Container[] {
    return this.#spec.initContainers ?? [];
  }
}
