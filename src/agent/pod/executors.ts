import type { Action, StepKind } from '../../core/pod/action.ts';
import type { Done } from '../../core/pod/fact.ts';
import type { PodUid } from '../../kube/meta.ts';
import { allEnded } from '../../lib/all-ended.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Pulls } from '../image/pulls.ts';
import type { Executed } from '../in-flight.ts';
import type { Ledger } from '../ledger.ts';
import { runHook } from './hooks.ts';
import { nameOf, type Row } from './row.ts';

/** What executors work with. */
export interface Effects {
  readonly ports: Ports;
  readonly ledger: Ledger;
  readonly pulls: Pulls;
}

type ActionOf<Kind extends StepKind> = Extract<Action, { readonly kind: Kind }>;

type Executors = {
  readonly [Kind in StepKind]: (
    action: ActionOf<Kind>,
    context: { readonly row: Row; readonly effects: Effects },
    signal: AbortSignal,
  ) => Promise<Executed>;
};

const nothing: Done = { kind: 'nothing' };

/** One executor for each kind of step. None decides anything: every value is in the action. */
const executors: Executors = {
  record: async (action, { row, effects }) => {
    if (action.kept.revision !== row.kept.revision + 1) return 'stale';
    await effects.ledger.write(row.uid, action.kept);
    return nothing;
  },
  look: (_, { row, effects }, signal) => look(row.uid, row.seen.revision, effects, signal),
  prepare: async ({ directories, files, cgroup }, { effects: { ports } }, signal) => {
    // The pod's own folder first: until the ledger has the pod, it alone says after a crash that the cgroup is ours.
    await ports.disk.prepare(directories.slice(0, 1), [], signal);
    await allEnded([ports.disk.prepare(directories, files, signal), ports.cgroups.ensure(cgroup, signal)]);
    return nothing;
  },
  mountVolume: async ({ volume }, { effects }, signal) => {
    await effects.ports.volumes.mount(volume, signal);
    return nothing;
  },
  checkImage: async ({ image }, { effects }, signal) => {
    return { kind: 'image', image: await effects.ports.images.status(image, signal) };
  },
  pullImage: async ({ image, pulledFor }, { row, effects }, signal) => {
    const pulled = await effects.pulls.pull(image, nameOf(row) ?? row.uid, signal);
    return { kind: 'image', image: pulled.kind === 'present' ? { ...pulled, pulledFor } : pulled };
  },
  runSandbox: async ({ config }, { effects }, signal) => {
    return { kind: 'sandbox', sandbox: await effects.ports.runtime.sandboxes.run(config, signal) };
  },
  stopSandbox: async ({ id }, { effects }, signal) => {
    await effects.ports.runtime.sandboxes.stop(id, signal);
    return nothing;
  },
  removeSandbox: async ({ id }, { effects }, signal) => {
    await effects.ports.runtime.sandboxes.remove(id, signal);
    return nothing;
  },
  createContainer: async ({ key, sandboxId, config, sandbox, files }, { row, effects: { ports } }, signal) => {
    if (files.length > 0) await ports.disk.prepare([], files, signal);
    // The pod may have been deleted while its files were written: nothing of a deleted pod is made any more.
    if (!isPlanned(row, key)) return 'stale';
    return { kind: 'created', id: await ports.runtime.containers.create({ sandboxId, config, sandbox }, signal) };
  },
  startContainer: async (action, { effects: { ports } }, signal) => {
    const started = ports.runtime.containers.start(action.id, signal);
    // Both ends are waited for: a link that is made after the pod's logs were removed would stay.
    const [container, link] = await Promise.allSettled([started, linkLog(action, ports, signal)]);
    if (container.status === 'rejected') throw container.reason;
    if (link.status === 'rejected') throw link.reason;
    return { kind: 'started', container: container.value };
  },
  runHook: ({ call, id }, { effects }, signal) => runHook(call, id, effects.ports, signal),
  stopContainer: async ({ id, graceSeconds }, { effects }, signal) => {
    await effects.ports.runtime.containers.stop(id, graceSeconds, signal);
    return nothing;
  },
  removeContainer: async ({ id, logs }, { effects: { ports } }, signal) => {
    // Its files first: once the container is gone, nobody would look for them again after a crash.
    if (logs.length > 0) await ports.disk.removeFiles(logs, signal);
    await ports.runtime.containers.remove(id, signal);
    return nothing;
  },
  removeData: async ({ directory }, { effects }, signal) => {
    await effects.ports.disk.removeData(directory, signal);
    return nothing;
  },
  removeCgroup: async ({ path }, { effects }, signal) => {
    await effects.ports.cgroups.remove(path, signal);
    return nothing;
  },
  removeLogs: async ({ directory, links }, { effects }, signal) => {
    await effects.ports.disk.removeLogs(directory, links, signal);
    return nothing;
  },
};

/** Does what an action says. Rejects with a PortError, the signal's reason, or a bug. */
export function execute(
  action: Action,
  context: { readonly row: Row; readonly effects: Effects },
  signal: AbortSignal,
): Promise<Executed> {
  const executor = executors[action.kind] as (
    action: Action,
    context: { readonly row: Row; readonly effects: Effects },
    signal: AbortSignal,
  ) => Promise<Executed>;
  return executor(action, context, signal);
}

function isPlanned(row: Row, key: string): boolean {
  return row.plan?.actions.some((action) => action.key === key) ?? false;
}

// `basedOn` is read before the first await: within the turn that planned the look.
async function look(uid: PodUid, basedOn: number, { ports }: Effects, signal: AbortSignal): Promise<Done> {
  const observation = await ports.runtime.watch.observe(uid, signal);
  return { kind: 'looked', basedOn, observation };
}

// The link is for log shippers: a container whose link cannot be made runs all the same.
async function linkLog(
  { logLink, container }: ActionOf<'startContainer'>,
  ports: Ports,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ports.disk.link(logLink.path, logLink.to, signal);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    ports.logger.warn('a log link is missing', { container, path: logLink.path, error: error.message });
  }
}
