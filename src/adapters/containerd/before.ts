import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readRules } from './firewall.ts';
import { type ContainerdOptions, pathsOf } from './options.ts';

/** How the machine was before the embedded runtime first touched it in this boot: what `nodelet down` may take back. */
export interface Before {
  readonly ipForward: boolean;
  /** portmap's chains, which every user of that plugin on the machine shares, were already there. */
  readonly hostPortChains: boolean;
}

const forwardPath = '/proc/sys/net/ipv4/ip_forward';

/**
 * Writes down how the machine is, once in a boot, and lets it forward packets.
 *
 * Pods reach other networks only through a machine that forwards; the bridge plugin would switch it on unsaid.
 */
export async function prepareMachine(options: ContainerdOptions, signal: AbortSignal): Promise<void> {
  if (options.network.plugin === 'none') return;
  const { before } = pathsOf(options);
  const ipForward = readFileSync(forwardPath, 'utf8').trim() === '1';
  if (!existsSync(before)) {
    const rules = await readRules('iptables', options.searchPath, signal);
    const found: Before = { ipForward, hostPortChains: rules?.includes(':CNI-HOSTPORT-DNAT ') ?? false };
    writeFileSync(before, `${JSON.stringify(found)}\n`);
  }
  if (ipForward) return;
  writeFileSync(forwardPath, '1');
  options.report({
    kind: 'changed',
    message: 'set sysctl net.ipv4.ip_forward to 1 (it was 0): pods could not reach other networks',
  });
}

/** What was written down; nothing when this boot has seen no embedded runtime. */
export function readBefore(options: ContainerdOptions): Before | undefined {
  try {
    const read: Before = JSON.parse(readFileSync(pathsOf(options).before, 'utf8'));
    return read;
  } catch {
    return undefined;
  }
}
