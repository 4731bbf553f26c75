import { readArgs } from './args.ts';
import { type Command, print } from './command.ts';
import { cgroups } from './doctor/cgroups.ts';
import type { Check, Finding } from './doctor/finding.ts';
import { clock, disk, kernel, name, resolvConf, rights, swap } from './doctor/machine.ts';
import { forwarding, podNetwork, ports } from './doctor/network.ts';
import { firewall, runtime } from './doctor/runtime.ts';
import { columns } from './render/text.ts';
import { loadForClient } from './settings.ts';

const checks: readonly Check[] = [
  rights,
  kernel,
  cgroups,
  swap,
  name,
  clock,
  disk,
  resolvConf,
  runtime,
  firewall,
  forwarding,
  podNetwork,
  ports,
];

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok', warning: 'warning', fault: 'FAULT' };

export const doctor: Command = {
  usage: 'doctor',
  summary: 'check this machine, and say what keeps pods from running and what to do about it',
  details: ['Exits with 1 when there is a fault.'],
  run: async (argv) => {
    const args = readArgs(argv, { options: {}, positionals: [] });
    const config = loadForClient(args.configFlags);
    const findings = (await Promise.all(checks.map((check) => check(config)))).flat();
    await print(`${reportLines(findings).join('\n')}\n`);
    return findings.some((finding) => finding.state === 'fault') ? 1 : 0;
  },
};

/** All findings in a table, a remedy below each that needs one, and the count at the end. */
export function reportLines(findings: readonly Finding[]): readonly string[] {
  const rows = columns(findings.map(({ name, state, detail }) => [marks[state], name, detail]));
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  return [
    ...findings.flatMap(({ remedy }, at) => [
      rows[at] ?? '',
      ...(remedy === undefined ? [] : [`         > ${remedy}`]),
    ]),
    '',
    `${count('fault')} faults, ${count('warning')} warnings`,
  ];
}
