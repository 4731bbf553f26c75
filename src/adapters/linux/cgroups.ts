import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { CgroupPlan } from '../../core/resources/cgroup.ts';
import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { after, milliseconds } from '../../lib/time.ts';
import type { Cgroups } from '../../ports/cgroups.ts';
import { PortError } from '../../ports/port-error.ts';
import { type CgroupTree, findCgroups, type Hierarchy } from './cgroup-tree.ts';
import { type Setting, says, settingsV1, settingsV2 } from './cgroup-values.ts';
import { codeOf, portError, step } from './errno.ts';

export interface CgroupOptions {
  /** The mount table; another file in tests. */
  readonly mountInfo?: string;
}

// A killed process may take a moment to go; upstream tries as often.
const killTries = 5;
const killPause = milliseconds(100);
// The controllers that a parent hands down on v2, where it has them.
const handedDown = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids'] as const;

/** The cgroups of this machine, through the cgroup filesystems that are mounted. */
export class LinuxCgroups implements Cgroups {
  readonly #mountInfo: string;
  readonly #clock: Clock;
  #found: Promise<CgroupTree> | undefined;

  constructor(options: CgroupOptions, ports: { readonly clock: Clock }) {
    this.#mountInfo = options.mountInfo ?? '/proc/self/mountinfo';
    this.#clock = ports.clock;
  }

  async ensure(plan: CgroupPlan, signal: AbortSignal): Promise<void> {
    await step(`make the cgroup ${plan.path}`, signal, async () => {
      const path = checked(plan.path);
      const { version, hierarchies } = await this.#tree();
      const values = { v1: settingsV1(plan.values), v2: settingsV2(plan.values) };
      const only = version === 'v2' ? hierarchies.find((hierarchy) => hierarchy.version === 2) : undefined;
      const missing =
        only === undefined ? undefined : values.v2.find(({ controller }) => !only.controllers.has(controller));
      if (only !== undefined && missing !== undefined) throw lacks(only, missing);
      const results = await Promise.allSettled(
        hierarchies.map(async (hierarchy) => {
          if (hierarchy === only) await handDownTo(hierarchy, path);
          await makeIn(hierarchy, path);
          const settings = hierarchy.version === 1 ? values.v1 : values.v2;
          const known = settings.filter(({ controller }) => hierarchy.controllers.has(controller));
          await applyAll(join(hierarchy.mount, path), known);
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    });
  }

  async remove(path: string, signal: AbortSignal): Promise<void> {
    await step(`remove the cgroup ${path}`, signal, async () => {
      const { hierarchies } = await this.#tree();
      const folders = hierarchies.map((hierarchy) => join(hierarchy.mount, checked(path)));
      for (let attempt = 1; ; attempt += 1) {
        const left = await this.#removeAll(folders);
        if (left.size === 0) return;
        if (attempt === killTries) {
          const pids = [...left].filter((pid) => pid !== 0);
          const who = pids.length === 0 ? 'the kernel still holds it' : `the processes ${pids.join(', ')} do not end`;
          throw new PortError('conflict', `cannot remove the cgroup ${path}: ${who}`);
        }
        await this.#clock.at(after(this.#clock.now(), killPause), signal);
      }
    });
  }

  async children(path: string, signal: AbortSignal): Promise<readonly string[]> {
    return await step(`list the cgroup ${path}`, signal, async () => {
      const names = new Set<string>();
      for (const { mount } of (await this.#tree()).hierarchies) {
        for (const name of await childrenOf(join(mount, checked(path)))) names.add(name);
      }
      return [...names].sort();
    });
  }

  #tree(): Promise<CgroupTree> {
    this.#found ??= findCgroups(this.#mountInfo).catch((error: unknown) => {
      // Asked again next time.
      this.#found = undefined;
      throw error;
    });
    return this.#found;
  }

  /** Kills what is in the folders and removes them; the processes that are left (0 where none is seen). */
  async #removeAll(folders: readonly string[]): Promise<ReadonlySet<number>> {
    const left = new Set<number>();
    for (const folder of folders) {
      const tree = await descendants(folder);
      for (const at of tree) for (const pid of await pidsIn(at)) kill(pid);
      for (const at of tree) {
        if (await removeFolder(at)) continue;
        const pids = await pidsIn(at);
        for (const pid of pids.length === 0 ? [0] : pids) left.add(pid);
      }
    }
    return left;
  }
}

/** A cgroup's own path; the root is not ours to change. */
function checked(path: string): string {
  const whole = normalize(`/${path}`);
  assert(whole !== '/', 'the root cgroup is nobody’s to make or remove');
  return whole;
}

function lacks(hierarchy: Hierarchy, { controller, file }: Setting): PortError {
  return new PortError('refused', `cannot set ${file}: ${hierarchy.mount} has no ${controller} controller`);
}

/** Makes a cgroup in one hierarchy, with those above it where they are missing. */
async function makeIn(hierarchy: Hierarchy, path: string): Promise<void> {
  const folder = join(hierarchy.mount, path);
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === '/') throw error;
    await makeIn(hierarchy, dirname(path));
    await makeIn(hierarchy, path);
    return;
  }
  if (hierarchy.version === 1 && hierarchy.controllers.has('cpuset')) await inheritCpuset(hierarchy, path);
}

/** On v2 a cgroup has the controllers that all those above it hand down. */
async function handDownTo(hierarchy: Hierarchy, path: string): Promise<void> {
  const above = dirname(path);
  if (above !== '/') {
    await handDownTo(hierarchy, above);
    await makeIn(hierarchy, above);
  }
  await handDown(hierarchy, join(hierarchy.mount, above));
}

async function handDown(hierarchy: Hierarchy, parent: string): Promise<void> {
  const file = join(parent, 'cgroup.subtree_control');
  const has = new Set((await readFile(file, 'utf8')).split(/\s+/));
  const missing = handedDown.filter((name) => hierarchy.controllers.has(name) && !has.has(name));
  if (missing.length === 0) return;
  try {
    await writeFile(file, missing.map((name) => `+${name}`).join(' '));
  } catch (error) {
    if (codeOf(error) !== 'EBUSY') throw error;
    const what = missing.join(', ');
    throw new PortError('conflict', `cannot hand ${what} down from ${parent}: it holds processes itself`, error);
  }
}

/** A new v1 cpuset has no CPU and no memory node, and takes no process until it is told which. */
async function inheritCpuset(hierarchy: Hierarchy, path: string): Promise<void> {
  const folder = join(hierarchy.mount, path);
  for (const name of ['cpuset.cpus', 'cpuset.mems']) {
    const own = await readFile(join(folder, name), 'utf8');
    if (own.trim() !== '') continue;
    const above = dirname(path);
    // One above that somebody else made may have none either.
    if (above !== '/') await inheritCpuset(hierarchy, above);
    const inherited = await readFile(join(hierarchy.mount, above, name), 'utf8');
    if (inherited.trim() !== '') await writeFile(join(folder, name), inherited.trim());
  }
}

/** Some values are only right once another is there (a shorter period, a smaller quota): those are tried again at the end. */
async function applyAll(folder: string, settings: readonly Setting[]): Promise<void> {
  const again: Setting[] = [];
  for (const setting of settings) {
    try {
      await apply(folder, setting);
    } catch (error) {
      if (codeOf((error as PortError).cause) !== 'EINVAL') throw error;
      again.push(setting);
    }
  }
  for (const setting of again) await apply(folder, setting);
}

/** Writes a value unless it is there already: some writes cost the kernel much more than a look. */
async function apply(folder: string, setting: Setting): Promise<void> {
  const file = join(folder, setting.file);
  try {
    if (says(setting, await readFile(file, 'utf8'))) return;
    await writeFile(file, setting.text);
  } catch (error) {
    throw portError(`set ${file} to ${setting.text}`, error);
  }
}

async function childrenOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** A cgroup and all beneath it, the deepest first; none when it is absent. */
async function descendants(folder: string): Promise<readonly string[]> {
  const below: string[] = [];
  for (const name of await childrenOf(folder)) below.push(...(await descendants(join(folder, name))));
  return [...below, folder];
}

async function pidsIn(folder: string): Promise<readonly number[]> {
  try {
    const text = await readFile(join(folder, 'cgroup.procs'), 'utf8');
    return text
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function kill(pid: number): void {
  assert(pid !== process.pid, 'the agent is not in a pod’s cgroup');
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** False while something is still in it. */
async function removeFolder(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (isGone(error)) return true;
    if (codeOf(error) === 'EBUSY' || codeOf(error) === 'ENOTEMPTY') return false;
    throw error;
  }
}

// A cgroup that goes while it is read answers ENODEV.
function isGone(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENODEV';
}
