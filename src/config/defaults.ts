import { join } from 'node:path/posix';
import { defaultEvictionHard } from './fields-node.ts';
import type { Located, Plain } from './located.ts';
import { locate } from './located.ts';
import { fromDefault } from './origin.ts';
import { Values } from './values.ts';

/** `run` is the kubelet on somebody's runtime; `up` brings its own, and suits a desktop. */
export type Command = 'run' | 'up';

/** The defaults that differ between the commands. */
export function defaultsOfCommand(command: Command): ReadonlyMap<string, Plain | undefined> {
  if (command === 'run') return new Map();
  return new Map<string, Plain | undefined>([
    ['--root-dir', '/var/lib/nodelet'],
    // A machine of one's own has swap, and older ones have cgroup v1; refusing there helps nobody.
    ['failSwapOn', false],
    ['failCgroupV1', false],
    // Nobody else pulls on such a machine: several at once, but not without bound.
    ['maxParallelImagePulls', 4],
  ]);
}

/** Fills in the defaults that follow from other values. */
export function deriveDefaults(values: Values, command: Command): Values {
  const derived = new Map(values.entries());
  const set = new Set(values.entries().flatMap(([path]) => (values.isSet(path) ? [path] : [])));
  const put = (path: string, value: Plain): void => {
    if (!set.has(path)) derived.set(path, locate(value, fromDefault));
  };
  const below = (path: string, name: string): string => join(values.text(path) ?? '/', name);
  put('runtime.rootDir', below('--root-dir', 'containerd'));
  put('runtime.stateDir', below('runDir', 'containerd'));
  put('network.cniConfDir', below('--root-dir', 'cni/net.d'));
  const parallel = values.plain('maxParallelImagePulls');
  put('serializeImagePulls', typeof parallel !== 'number' || parallel < 2);
  if (set.has('nodeStatusUpdateFrequency')) {
    put('nodeStatusReportFrequency', values.text('nodeStatusUpdateFrequency') ?? '');
  }
  if (set.has('tracing.samplingRatePerMillion')) put('tracing.endpoint', 'localhost:4317');
  const podCidr = values.text('podCIDR');
  if (podCidr !== undefined) put('network.podCIDR', podCidr.split(',')[0] ?? podCidr);
  if (isEmbedded(values, command)) {
    derived.delete('containerRuntimeEndpoint');
    // Beside another kubelet's tree: `nodelet down` removes all of its own.
    put('cgroupRoot', '/nodelet');
  }
  const evictionHard = derived.get('evictionHard');
  if (evictionHard !== undefined && values.bool('mergeDefaultEvictionSettings')) {
    derived.set('evictionHard', withDefaults(evictionHard));
  }
  return new Values(derived, set);
}

/** Whether nodelet starts a runtime of its own: no endpoint is given, and the command or a `runtime` section wants one. */
export function isEmbedded(values: Values, command: Command): boolean {
  if (values.isSet('containerRuntimeEndpoint')) return false;
  return command === 'up' || values.entries().some(([path]) => path.startsWith('runtime.') && values.isSet(path));
}

function withDefaults(thresholds: Located): Located {
  const defaults = locate(defaultEvictionHard, fromDefault);
  if (thresholds.kind !== 'map' || defaults.kind !== 'map') return thresholds;
  return { ...thresholds, entries: new Map([...defaults.entries, ...thresholds.entries]) };
}
