import { sandboxConfig } from '../src/core/pod/sandbox-config.ts';
import type { ContainerId, SandboxId } from '../src/core/pod/seen.ts';
import type { WallTime } from '../src/lib/time.ts';
import type { Call } from '../src/testing/fake-calls.ts';
import type { FakeNode } from '../src/testing/fake-node.ts';
import { containerSeen, podInput, sandboxSeen, wantedPod } from '../src/testing/specs.ts';

const sandboxId = 'f0'.repeat(32) as SandboxId;
const containerId = 'f1'.repeat(32) as ContainerId;
const folders = ['/var/log/pods/of-another-program', '/var/lib/another', '/var/log/containers'];
const links: readonly (readonly [string, string])[] = [
  ['/var/log/containers/another.log', '/var/log/another/file.log'],
  ['/var/log/containers/a_default_another.log', '/var/log/pods/of-another-program/0.log'],
];
const cgroups = ['/system.slice/another', '/kubepods/another'];

/** Puts things of other programs on the machine: in the runtime without our labels, on disk, in the cgroups. */
export function settleForeigners(node: FakeNode): void {
  const { state } = node.runtime;
  const config = { ...sandboxConfig(wantedPod(), 0, podInput().node), name: 'another', labels: {} };
  const seen = sandboxSeen({ id: sandboxId, name: 'another', createdAt: 0 as WallTime });
  state.sandboxes.set(sandboxId, { config, seen });
  const settings = {
    name: 'another',
    attempt: 0,
    image: 'another',
    userSpecifiedImage: 'another',
    annotations: {},
  } as unknown as Parameters<typeof state.containers.set>[1]['config'];
  const container = { sandbox: { config, seen }, config: settings, program: {} };
  state.containers.set(containerId, { ...container, seen: containerSeen('another', { id: containerId, sandboxId }) });
  for (const path of folders) node.disk.directories.add(path);
  for (const [path, to] of links) node.disk.links.set(path, to);
  for (const path of cgroups) node.cgroups.tree.set(path, {});
}

/** I2: a call that is about a thing of another program. */
export function touchesForeign(call: Call): string | undefined {
  const touched = [sandboxId, containerId, ...folders.slice(0, 2), ...cgroups].some((id) => call.target === id);
  return touched ? `I2: ${call.method} ${call.target} is about a thing of another program` : undefined;
}

/** I2: what became of the things of other programs. */
export function foreignersHarmed(node: FakeNode): readonly string[] {
  const { state } = node.runtime;
  const fine: readonly (readonly [string, boolean])[] = [
    ['sandbox', state.sandboxes.get(sandboxId)?.seen.ready === true],
    ['container', state.containers.get(containerId)?.seen.state === 'running'],
    ...folders.map((path) => [path, node.disk.directories.has(path)] as const),
    ...links.map(([path, to]) => [path, node.disk.links.get(path) === to] as const),
    ...cgroups.map((path) => [path, node.cgroups.tree.has(path)] as const),
  ];
  return fine.filter(([, is]) => !is).map(([name]) => `I2: ${name} of another program was harmed`);
}

/** Whether a path or an id is another program's. */
export function isForeign(name: string): boolean {
  return name.includes('another');
}
