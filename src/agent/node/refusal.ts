import type { NodeConfig } from '../../config/config.ts';
import type { MachineFacts } from '../../ports/machine.ts';
import { PortError } from '../../ports/port-error.ts';

/** Throws `refused` with everything about the machine that the configuration forbids, and what to do about each. */
export function refuseMachine(node: NodeConfig, facts: MachineFacts): void {
  const reasons: string[] = [];
  if (node.failSwapOn && facts.swap > 0) {
    reasons.push('swap is on: switch it off (swapoff -a), or set failSwapOn: false');
  }
  if (node.failCgroupV1 && facts.cgroupVersion !== 'v2') {
    const remedy = 'boot with systemd.unified_cgroup_hierarchy=1, or set failCgroupV1: false';
    reasons.push(`the machine has cgroup ${facts.cgroupVersion}: ${remedy}`);
  }
  if (reasons.length > 0) throw new PortError('refused', `cannot start on this machine: ${reasons.join('; ')}`);
}
