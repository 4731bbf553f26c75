import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What of nodelet, run with its default folders, network and cgroups, is on the machine: one line a thing. */
export type Traces = ReadonlySet<string>;

// Only what bears these names counts: other programs of the machine make mounts, rules and containers meanwhile.
const folders = /\/(run|var\/run|var\/lib)\/nodelet(\/|$)/;
const network = /nodelet0|\b10\.88\.|\b8088\b/;
const logs = /^(default_)?(client|job|web|worker)_/;

/**
 * Takes stock of mounts, cgroups, the bridge, firewall rules, runtime processes, pod logs and state files, and of those of the given
 * network namespaces that still have a name.
 */
export function tracesOnMachine(namespaces: ReadonlySet<number>): Traces {
  return new Set([
    ...mountPoints()
      .filter((path) => folders.test(path))
      .map((path) => `mount ${path}`),
    ...globSync('/sys/fs/cgroup/{,*/}{kubepods,nodelet}*').map((path) => `cgroup ${path}`),
    ...names('/sys/class/net')
      .filter((name) => network.test(name))
      .map((name) => `network device ${name}`),
    ...names('/run/netns')
      .filter((name) => namespaces.has(statSync(join('/run/netns', name), { throwIfNoEntry: false })?.ino ?? 0))
      .map((name) => `network namespace ${name}`),
    ...firewallRules().map((rule) => `firewall rule ${rule}`),
    ...runtimeProcesses().map((command) => `process ${command}`),
    ...[...names('/var/log/pods'), ...names('/var/log/containers')]
      .filter((name) => logs.test(name))
      .map((name) => `log ${name}`),
    ...names('/var/lib/nodelet').map((name) => `file /var/lib/nodelet/${name}`),
  ]);
}

/** What is there now and was not before, for a person to read. */
export function leftBehind(before: Traces, after: Traces): readonly string[] {
  return [...after].filter((trace) => !before.has(trace)).sort();
}

/** The number of a process's network namespace, as its file in /run/netns bears it too. */
export function networkNamespaceOf(pid: number): number {
  return statSync(`/proc/${pid}/ns/net`).ino;
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function mountPoints(): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '');
}

function firewallRules(): readonly string[] {
  // A user's PATH often lacks the sbin folders.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
  const rules = execFileSync('iptables-save', { encoding: 'utf8', env }).split('\n');
  return rules.filter((line) => line.startsWith('-A') && network.test(line));
}

/** The command lines of containerd and its shims. */
function runtimeProcesses(): readonly string[] {
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return '';
      }
    })
    .filter((command) => /^\S*containerd(-shim\S*)? /.test(command) && folders.test(command));
}
