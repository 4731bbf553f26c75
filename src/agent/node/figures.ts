import { podRequests } from '../../core/resources/amounts.ts';
import { after, type Milliseconds, milliseconds } from '../../lib/time.ts';
import type { MachineFacts, MachineUsage } from '../../ports/machine.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Ports } from '../../ports/ports.ts';
import type { AmountRow, FilesystemRow, InterfaceRow, NodeFigures, NodeReport } from '../../server/view.ts';
import type { Row } from '../pod/row.ts';
import { type AgentConfig, nodeView } from './node-view.ts';

/** What the figures are made of, besides what the machine says when it is asked. */
export interface FiguresInput {
  readonly config: AgentConfig;
  readonly rows: Iterable<Row>;
  readonly report: NodeReport;
}

type FiguresPorts = Pick<Ports, 'machine' | 'images' | 'clock'>;

// Between two readings: long enough for a hundred of the kernel's ticks on a few cores, too short to be waited for.
const between: Milliseconds = milliseconds(200);

/**
 * The node's own figures at this moment. Nothing is kept and nothing is read before somebody asks.
 *
 * CPU and network are rates between two readings. Rejects with the machine's PortError; a runtime that cannot tell where
 * its images are takes only that row away.
 */
export async function readFigures(
  { config, rows, report }: FiguresInput,
  ports: FiguresPorts,
  signal: AbortSignal,
): Promise<NodeFigures> {
  const { machine, clock } = ports;
  const begun = clock.now();
  const first = await machine.usage(signal);
  await clock.at(after(begun, between), signal);
  const second = await machine.usage(signal);
  const spent = Math.max(1, clock.now() - begun);
  const facts = await machine.facts(signal);
  const root = config.dirs.root;
  const nodeFs = { of: 'pods', path: root, ...(await machine.filesystem(root, signal)) } as const;
  return {
    node: report,
    machine: identityOf(facts, nodeView(config, facts, '').ips),
    ...amountsOf({ config, facts, rows, usage: second, cpu: rate(first.cpuNanoseconds, second.cpuNanoseconds, spent) }),
    cpuNanoseconds: second.cpuNanoseconds,
    filesystems: [nodeFs, ...(await imageFilesystems(ports, signal))],
    interfaces: interfacesOf(first, second, spent),
    processes: second.processes,
  };
}

function identityOf(facts: MachineFacts, addresses: readonly string[]): NodeFigures['machine'] {
  const { hostname, kernel, osImage, architecture, cgroupVersion, bootId, machineId } = facts;
  return { hostname, kernel, osImage, architecture, cgroupVersion, bootId, machineId, addresses };
}

interface AmountsInput {
  readonly config: AgentConfig;
  readonly facts: MachineFacts;
  readonly rows: Iterable<Row>;
  readonly usage: MachineUsage;
  /** Nanoseconds of CPU a millisecond. */
  readonly cpu: number;
}

function amountsOf({ config, facts, rows, usage, cpu }: AmountsInput): Pick<NodeFigures, 'cpu' | 'memory' | 'pods'> {
  const { allocatable } = nodeView(config, facts, '');
  const running = [...rows].map(countedPod).filter((pod) => pod !== undefined);
  const requests = running.map(podRequests);
  const sum = (of: 'cpuMilli' | 'memory'): number => requests.reduce((total, each) => total + each[of], 0);
  const amount = (capacity: number, forPods: number): Pick<AmountRow, 'capacity' | 'reserved' | 'allocatable'> => ({
    capacity,
    reserved: capacity - forPods,
    allocatable: forPods,
  });
  return {
    cpu: { ...amount(facts.cpu, allocatable.cpu), requested: sum('cpuMilli'), used: Math.round(cpu / 1000) },
    memory: {
      ...amount(facts.memory, allocatable.memory),
      requested: sum('memory'),
      used: usage.memoryWorkingSet,
      available: usage.memoryAvailable,
    },
    pods: { capacity: allocatable.pods, used: running.length },
  };
}

// The pods that admission counts: what has ended, or was refused, holds nothing any more.
function countedPod({ want, kept, plan }: Row): Parameters<typeof podRequests>[0] | undefined {
  if (want.kind !== 'pod' || kept.admitted !== true) return undefined;
  return plan !== undefined && ['finished', 'cleaning', 'gone'].includes(plan.stage) ? undefined : want.pod;
}

async function imageFilesystems(
  { images, machine }: FiguresPorts,
  signal: AbortSignal,
): Promise<readonly FilesystemRow[]> {
  try {
    const found = await images.filesystems(signal);
    return await Promise.all(
      found.map(async ({ path, usedBytes }) => {
        const filesystem = await machine.filesystem(path, signal);
        return { of: 'images', path, ...filesystem, ownBytes: usedBytes } as const;
      }),
    );
  } catch (error) {
    if (signal.aborted || !(error instanceof PortError)) throw error;
    return [];
  }
}

function interfacesOf(first: MachineUsage, second: MachineUsage, spent: number): readonly InterfaceRow[] {
  return second.network.map((now) => {
    const before = first.network.find(({ name }) => name === now.name) ?? now;
    return {
      ...now,
      receivedPerSecond: Math.round(rate(before.receivedBytes, now.receivedBytes, spent) * 1000),
      sentPerSecond: Math.round(rate(before.sentBytes, now.sentBytes, spent) * 1000),
    };
  });
}

/** What a counter grew by in a millisecond; a counter that begins anew has not grown. */
function rate(before: number, now: number, spent: number): number {
  return Math.max(0, now - before) / spent;
}
