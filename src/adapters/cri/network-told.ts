/** What containerd tells of its network in the free text of its status; empty from a runtime that tells otherwise. */
export interface NetworkTold {
  /** "mynet (bridge, portmap), from /etc/cni/net.d". */
  readonly config?: string;
  /** Why the last try to load a CNI config failed, with the folder that it looked in. */
  readonly loadFault?: string;
}

/** Reads `cniconfig` and `lastCNILoadStatus` of the status's verbose part; never throws, whatever stands in it. */
export function networkTold(info: Readonly<Record<string, string>>): NetworkTold {
  const load = info['lastCNILoadStatus'] ?? '';
  const config = configOf(info['cniconfig']);
  return {
    ...(config === undefined ? {} : { config }),
    ...(load === '' || load === 'OK' ? {} : { loadFault: load }),
  };
}

function configOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const told = parsed(text);
  // containerd adds the loopback of each pod by itself.
  const [network] = listIn(told, 'Networks')
    .map((each) => fieldIn(each, 'Config'))
    .filter((each) => fieldIn(each, 'Name') !== 'cni-loopback');
  const name = fieldIn(network, 'Name');
  if (typeof name !== 'string') return undefined;
  const types = listIn(network, 'Plugins').map((plugin) => fieldIn(fieldIn(plugin, 'Network'), 'type'));
  const chain = types.filter((type) => typeof type === 'string').join(', ');
  const folder = fieldIn(told, 'PluginConfDir');
  return `${name} (${chain})${typeof folder === 'string' ? `, from ${folder}` : ''}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldIn(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = fieldIn(value, name);
  return Array.isArray(list) ? list : [];
}
