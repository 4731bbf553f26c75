import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Config } from '../../config/config.ts';
import { lockHolder } from '../../lib/host/pid-lock.ts';
import { lockPath } from '../lock.ts';
import { type Check, type Finding, fault, ok, warning } from './finding.ts';

/** Ports that the agent will listen on are free, unless it is the agent that has them. */
export const ports: Check = async (config) => {
  const holder = lockHolder(lockPath(config));
  if (holder !== undefined) return [ok('nodelet', `runs here (pid ${holder.pid})`)];
  const { address, port } = config.health;
  if (port === undefined) return [];
  const error = await listenError(address, port);
  if (error === undefined) return [ok('ports', `${address}:${port} (healthz) is free`)];
  return [fault('ports', `${address}:${port} (healthz): ${error}`, 'end whatever has it, or set healthzPort')];
};

export const forwarding: Check = (config) => {
  if (config.runtime.kind !== 'embedded' || config.network.plugin === 'none') return [];
  if (readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() === '1')
    return [ok('forwarding', 'ip_forward is 1')];
  return [
    warning('forwarding', 'ip_forward is 0: pods reach only this machine', 'nothing to do: `nodelet up` sets it to 1'),
  ];
};

/** The pods' network must be nobody else's. */
export const podNetwork: Check = (config) => {
  if (config.runtime.kind !== 'embedded' || config.network.plugin === 'none') return [];
  const own = parseNetwork(config.network.podCidr);
  if (own === undefined) return [ok('pod network', config.network.podCidr)];
  const taken = readRoutes().find((route) => route.device !== config.network.bridge && overlaps(route, own));
  if (taken === undefined) return [ok('pod network', config.network.podCidr)];
  return [podNetworkTaken(config, taken)];
};

export interface Network {
  readonly address: number;
  readonly bits: number;
}

/** An IPv4 network in CIDR form; nothing for another. */
export function parseNetwork(cidr: string): Network | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  return { address: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, bits };
}

/** Whether two networks share an address. The default route overlaps with nothing. */
export function overlaps(one: Network, other: Network): boolean {
  const bits = Math.min(one.bits, other.bits);
  if (bits === 0) return false;
  return one.address >>> (32 - bits) === other.address >>> (32 - bits);
}

function podNetworkTaken(config: Config, route: Network & { readonly device: string }): Finding {
  const bytes = [24, 16, 8, 0].map((shift) => (route.address >>> shift) & 255);
  const detail = `${config.network.podCidr} overlaps with ${bytes.join('.')}/${route.bits} on ${route.device}`;
  return fault('pod network', detail, 'set network.podCIDR of NodeletConfiguration to a free network');
}

/** /proc/net/route: addresses and masks as little-endian hexadecimal numbers. */
function readRoutes(): readonly (Network & { readonly device: string })[] {
  const lines = readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const fields = line.split('\t');
    const mask = swapped(fields[7] ?? '0');
    return { device: fields[0] ?? '', address: swapped(fields[1] ?? '0'), bits: Math.clz32(~mask >>> 0) };
  });
}

function swapped(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE();
}

function listenError(address: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.message));
    server.listen(port, address, () => server.close(() => resolve(undefined)));
  });
}
