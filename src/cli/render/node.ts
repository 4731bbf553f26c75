import type { FilesystemRow, InterfaceRow, NodeFigures } from '../../server/view.ts';
import { ageText, bytesText, columns, oneLine } from './text.ts';

/** The answer of `nodelet node`: identity, readiness, amounts, filesystems, network. */
export function nodeLines(figures: NodeFigures, now: number): readonly string[] {
  return [
    ...identity(figures, now),
    '',
    ...columns([
      ['RESOURCE', 'CAPACITY', 'RESERVED', 'FOR PODS', 'REQUESTED', 'USED', 'AVAILABLE'],
      ...amounts(figures),
    ]),
    '',
    ...columns([
      ['FILESYSTEM', 'CAPACITY', 'USED', 'AVAILABLE', 'INODES', 'INODES FREE', 'PATH'],
      ...figures.filesystems.map(filesystemCells),
    ]),
    '',
    ...columns([
      ['INTERFACE', 'RECEIVED', 'SENT', 'IN', 'OUT'],
      ...withoutVeths(figures.interfaces).map((each) => [
        each.name,
        bytesText(each.receivedBytes),
        bytesText(each.sentBytes),
        `${bytesText(each.receivedPerSecond)}/s`,
        `${bytesText(each.sentPerSecond)}/s`,
      ]),
    ]),
  ];
}

function identity({ node, machine }: NodeFigures, now: number): readonly string[] {
  const ready = node.ready ? 'yes' : `no: ${node.reasons.join('; ')}`;
  const rows: readonly (readonly [string, string])[] = [
    ['Name', node.name],
    ['Ready', ready],
    ['Agent', `nodelet ${node.version}, up for ${ageText(node.startedAt, now)}`],
    ['Runtime', node.runtime === '' ? 'has not answered yet' : node.runtime],
    ['Network', node.network === '' ? 'not known yet' : node.network],
    ['Addresses', machine.addresses.length === 0 ? 'none' : machine.addresses.join(', ')],
    ['Host name', machine.hostname],
    ['System', `${machine.osImage}, ${machine.architecture}`],
    ['Kernel', machine.kernel],
    ['Cgroups', machine.cgroupVersion],
    ['Boot id', machine.bootId],
    ['Machine id', machine.machineId === '' ? 'none' : machine.machineId],
  ];
  return columns(rows.map(([name, value]) => [`${name}:`, oneLine(value)]));
}

function amounts({ cpu, memory, pods, processes }: NodeFigures): readonly (readonly string[])[] {
  const cores = (milli: number): string => (milli / 1000).toFixed(2);
  const ofCpu = [cpu.capacity, cpu.reserved, cpu.allocatable, cpu.requested, cpu.used, cpu.capacity - cpu.used];
  const { capacity, reserved, allocatable, requested, used, available } = memory;
  return [
    ['cpu (cores)', ...ofCpu.map((milli) => cores(Math.max(0, milli)))],
    ['memory', ...[capacity, reserved, allocatable, requested, used, available].map(bytesText)],
    ['pods', String(pods.capacity), '-', String(pods.capacity), '-', String(pods.used), left(pods.capacity, pods.used)],
    [
      'processes',
      String(processes.max),
      '-',
      '-',
      '-',
      String(processes.running),
      left(processes.max, processes.running),
    ],
  ];
}

function left(capacity: number, used: number): string {
  return String(Math.max(0, capacity - used));
}

/** The host's ends of the pods' links in one row: a node has one a pod, and nobody knows whose by its name. */
function withoutVeths(rows: readonly InterfaceRow[]): readonly InterfaceRow[] {
  const veths = rows.filter(({ name }) => name.startsWith('veth'));
  const sum = (of: Exclude<keyof InterfaceRow, 'name'>): number => veths.reduce((total, each) => total + each[of], 0);
  const all: InterfaceRow = {
    name: `veth… (${veths.length})`,
    receivedBytes: sum('receivedBytes'),
    sentBytes: sum('sentBytes'),
    receivedPerSecond: sum('receivedPerSecond'),
    sentPerSecond: sum('sentPerSecond'),
  };
  return [...rows.filter((row) => !veths.includes(row)), ...(veths.length > 0 ? [all] : [])];
}

function filesystemCells(row: FilesystemRow): readonly string[] {
  const own = row.ownBytes === undefined ? '' : ` (${bytesText(row.ownBytes)} of images)`;
  const { of, bytes, used, available, inodes, inodesFree, path } = row;
  return [of, bytesText(bytes), `${bytesText(used)}${own}`, bytesText(available), `${inodes}`, `${inodesFree}`, path];
}
