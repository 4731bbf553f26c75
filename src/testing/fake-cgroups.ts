import type { CgroupPlan, CgroupValues } from '../core/resources/cgroup.ts';
import type { Cgroups } from '../ports/cgroups.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';

/** A cgroup tree in memory: values by path. */
export class FakeCgroups implements Cgroups {
  readonly tree: Map<string, CgroupValues> = new Map();
  readonly #calls: FakeCalls;

  constructor(world: FakeWorld) {
    this.#calls = new FakeCalls('cgroups', world);
  }

  ensure(plan: CgroupPlan, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      this.tree.set(plan.path, { ...this.tree.get(plan.path), ...plan.values });
    };
    return this.#calls.perform({ method: 'ensureCgroup', target: plan.path }, effect, signal);
  }

  remove(path: string, signal: AbortSignal): Promise<void> {
    const effect = (): void => {
      for (const each of [...this.tree.keys()]) {
        if (each === path || each.startsWith(`${path}/`)) this.tree.delete(each);
      }
    };
    return this.#calls.perform({ method: 'removeCgroup', target: path }, effect, signal);
  }

  children(path: string, signal: AbortSignal): Promise<readonly string[]> {
    const names = (): readonly string[] => {
      const below = [...this.tree.keys()].filter((each) => each.startsWith(`${path}/`));
      return [...new Set(below.map((each) => each.slice(path.length + 1).split('/')[0] ?? ''))];
    };
    return this.#calls.perform({ method: 'listCgroups', target: path }, names, signal);
  }
}
