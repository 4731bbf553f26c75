import { type ContainerdOptions, pathsOf } from './options.ts';

/** The network's name in CNI's records and in the comments of its firewall rules: like the bridge, one of its kind on the machine. */
export function networkName(network: { readonly bridge: string }): string {
  return network.bridge;
}

/**
 * The CNI network of the embedded runtime: a bridge with addresses by host-local, masquerading, and host ports by portmap.
 *
 * Plugins of the chain that nodelet has no settings for stand in it by their type alone.
 */
export function conflistText(options: Pick<ContainerdOptions, 'runtime' | 'network'>): string {
  const { network } = options;
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: network.podCidr }]],
    routes: [{ dst: network.podCidr.includes(':') ? '::/0' : '0.0.0.0/0' }],
    dataDir: pathsOf(options).addresses,
  };
  const settings: Readonly<Record<string, object>> = {
    bridge: { bridge: network.bridge, isGateway: true, ipMasq: true, hairpinMode: true, ipam },
    ptp: { ipMasq: true, ipam },
    portmap: { capabilities: { portMappings: true } },
    bandwidth: { capabilities: { bandwidth: true } },
  };
  const chain = network.plugins.filter((type) => type !== 'portmap' || network.hostPorts);
  const withPorts = network.hostPorts && !chain.includes('portmap') ? [...chain, 'portmap'] : chain;
  const plugins = withPorts.map((type) => ({ type, ...settings[type] }));
  return `${JSON.stringify({ cniVersion: '1.0.0', name: networkName(network), plugins }, undefined, 2)}\n`;
}
