import type { DirectoryPlan } from '../core/pod/action.ts';
import type { VolumePlan } from '../core/volume/plan.ts';
import type { FilePlan, PodDisk, Volumes } from '../ports/disk.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';

/** Folders, files and links in memory. */
export class FakeDisk implements PodDisk {
  readonly directories: Set<string> = new Set();
  /** Text by path. */
  readonly files: Map<string, string> = new Map();
  /** Where each link points. */
  readonly links: Map<string, string> = new Map();
  readonly #calls: FakeCalls;

  constructor(world: FakeWorld) {
    this.#calls = new FakeCalls('disk', world);
  }

  /** All that is on it, for comparing with what it was before. */
  get paths(): readonly string[] {
    return [...this.directories, ...this.files.keys(), ...this.links.keys()].sort();
  }

  prepare(directories: readonly DirectoryPlan[], files: readonly FilePlan[], signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      for (const { path } of directories) this.directories.add(path);
      for (const { path, text } of files) this.files.set(path, text);
    };
    const target = directories[0]?.path ?? files[0]?.path ?? '';
    return this.#calls.perform({ method: 'prepare', target }, effect, signal);
  }

  link(path: string, to: string, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      this.links.set(path, to);
    };
    return this.#calls.perform({ method: 'link', target: path }, effect, signal);
  }

  removeData(directory: string, signal: AbortSignal): Promise<void> {
    const effect = (): void => this.#removeTree(directory);
    return this.#calls.perform({ method: 'removeData', target: directory }, effect, signal);
  }

  removeLogs(directory: string, linkPrefix: string, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      this.#removeTree(directory);
      for (const [path, to] of this.links) {
        if (path.startsWith(linkPrefix) && to.startsWith(`${directory}/`)) this.links.delete(path);
      }
    };
    return this.#calls.perform({ method: 'removeLogs', target: directory }, effect, signal);
  }

  removeFiles(paths: readonly string[], signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      for (const path of paths) {
        this.files.delete(path);
        this.links.delete(path);
      }
    };
    return this.#calls.perform({ method: 'removeFiles', target: paths[0] ?? '' }, effect, signal);
  }

  listPods(pods: string, signal: AbortSignal): Promise<readonly string[]> {
    const uids = (): readonly string[] => {
      const found = [...this.directories, ...this.files.keys()]
        .filter((path) => path.startsWith(`${pods}/`))
        .map((path) => path.slice(pods.length + 1).split('/')[0] ?? '');
      return [...new Set(found)];
    };
    return this.#calls.perform({ method: 'listPods', target: pods }, uids, signal);
  }

  #removeTree(directory: string): void {
    const within = (path: string): boolean => path === directory || path.startsWith(`${directory}/`);
    for (const path of [...this.directories].filter(within)) this.directories.delete(path);
    for (const path of [...this.files.keys()].filter(within)) this.files.delete(path);
  }
}

/** Volumes in memory: which version stands at which path. */
export class FakeVolumes implements Volumes {
  readonly mounted: Map<string, VolumePlan> = new Map();
  readonly #calls: FakeCalls;
  readonly #disk: FakeDisk;

  constructor(disk: FakeDisk, world: FakeWorld) {
    this.#calls = new FakeCalls('volumes', world);
    this.#disk = disk;
  }

  mount(plan: VolumePlan, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      this.mounted.set(plan.path, plan);
      if (plan.kind !== 'hostPath') this.#disk.directories.add(plan.path);
    };
    return this.#calls.perform({ method: 'mount', target: plan.path }, effect, signal);
  }
}
