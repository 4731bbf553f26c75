import { execFileSync } from 'node:child_process';
import { globSync, readdirSync, readFileSync } from 'node:fs';

/** What of nodelet's kind is on the machine: one line a thing, with the kind first. */
export type Traces = ReadonlySet<string>;

/** Takes stock of mounts, cgroups, network devices and namespaces, firewall rules, runtime processes and pod logs. */
export function tracesOnMachine(): Traces {
  return new Set([
    ...fileLines('/proc/self/mountinfo').map((line) => `mount ${line.split(' ')[4]}`),
    ...globSync('/sys/fs/cgroup/**/{kubepods,nodelet}*').map((path) => `cgroup ${path}`),
    ...names('/sys/class/net').map((name) => `network device ${name}`),
    ...names('/run/netns').map((name) => `network namespace ${name}`),
    ...firewallRules().map((rule) => `firewall rule ${rule}`),
    ...runtimeProcesses().map((command) => `process ${command}`),
    ...[...names('/var/log/pods'), ...names('/var/log/containers')].map((name) => `log ${name}`),
  ]);
}

/** What is there now and was not before, for a person to read. */
export function leftBehind(before: Traces, after: Traces): readonly string[] {
  return [...after].filter((trace) => !before.has(trace)).sort();
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function fileLines(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

function firewallRules(): readonly string[] {
  const rules = execFileSync('iptables-save', {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
  });
  // Rules and the chains that somebody made (their policy is "-"); the built-in chains appear with their table.
  return rules
    .split('\n')
    .filter((line) => line.startsWith('-') || /^:\S+ -/.test(line))
    .map((line) => line.replace(/\[\d+:\d+\]/, '').trim());
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
    .filter((command) => /^\S*containerd(-shim\S*)? /.test(command));
}
