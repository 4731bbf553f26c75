import type { Observation } from '../../core/pod/fact.ts';
import type { PodUid } from '../../kube/meta.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeEvent, RuntimeStatus, RuntimeWatch } from '../../ports/runtime.ts';
import type { CriChannel } from './channel.ts';
import { uidOf } from './from-cri.ts';
import {
  CgroupDriver,
  type ContainerEventResponse,
  ContainerEventType,
  RuntimeServiceService as methods,
  type RuntimeCondition,
  type RuntimeConfigResponse,
} from './generated/runtime.pb.ts';
import { networkTold } from './network-told.ts';
import { Observer } from './observe.ts';

/** What a CRI runtime knows and what happens in it. */
export class CriWatch implements RuntimeWatch {
  readonly #channel: CriChannel;
  readonly #observer: Observer;

  constructor(channel: CriChannel) {
    this.#channel = channel;
    this.#observer = new Observer(channel);
  }

  observe(uid: PodUid, signal: AbortSignal): Promise<Observation> {
    return this.#observer.observe(uid, signal);
  }

  list(signal: AbortSignal): Promise<ReadonlyMap<PodUid, Observation>> {
    return this.#observer.list(signal);
  }

  /**
   * Events from the moment on that the runtime has noticed the call, which it does not tell: list after the first
   * event, or a little later, not before.
   */
  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    // containerd sends the end of a sandbox without its status, so the pod is remembered from earlier events.
    const podOf = new Map<string, PodUid>();
    const options = { what: 'watch container events', effect: 'read' } as const;
    for await (const message of this.#channel.stream(methods.getContainerEvents, {}, options, signal)) {
      const event = eventOf(message, podOf);
      if (event) yield event;
    }
  }

  async status(signal: AbortSignal): Promise<RuntimeStatus> {
    const options = { what: "read the runtime's status", effect: 'read' } as const;
    const [version, told, driver] = await Promise.all([
      this.#channel.call(methods.version, { version: '' }, options, signal),
      this.#channel.call(methods.status, { verbose: true }, options, signal),
      this.#channel.call(methods.runtimeConfig, {}, options, signal).then(cgroupDriverOf, undefinedWhenRefused),
    ]);
    const conditions = told.status?.conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'RuntimeReady');
    const { config, loadFault } = networkTold(told.info);
    const network = conditions.find(({ type }) => type === 'NetworkReady');
    return {
      name: version.runtimeName,
      version: version.runtimeVersion,
      apiVersion: version.runtimeApiVersion,
      ready: ready?.status ?? false,
      notReadyReason: reasonOf(ready),
      networkReady: network?.status ?? false,
      networkNotReadyReason: [reasonOf(network), ...(network?.status === false && loadFault ? [loadFault] : [])].join(
        ': ',
      ),
      ...(config && { networkConfig: config }),
      handlers: [...new Set(told.runtimeHandlers.map(({ name }) => name))],
      ...(driver && { cgroupDriver: driver }),
    };
  }
}

const kinds: Readonly<Record<number, RuntimeEvent['kind']>> = {
  [ContainerEventType.CONTAINER_CREATED_EVENT]: 'created',
  [ContainerEventType.CONTAINER_STARTED_EVENT]: 'started',
  [ContainerEventType.CONTAINER_STOPPED_EVENT]: 'stopped',
  [ContainerEventType.CONTAINER_DELETED_EVENT]: 'deleted',
};

// Nothing for an event of no pod, and for a kind of a newer interface: the re-list finds what it was about.
function eventOf(message: ContainerEventResponse, podOf: Map<string, PodUid>): RuntimeEvent | undefined {
  const { containerId } = message;
  const told = message.podSandboxStatus?.metadata?.uid ?? '';
  const uid = told === '' ? podOf.get(containerId) : uidOf(told);
  const kind = kinds[message.containerEventType];
  if (uid === undefined || kind === undefined) return undefined;
  if (kind === 'deleted') podOf.delete(containerId);
  else podOf.set(containerId, uid);
  return { uid, containerId, kind };
}

function reasonOf(condition: RuntimeCondition | undefined): string {
  if (!condition) return 'the runtime does not report it';
  if (condition.status) return '';
  return [condition.reason, condition.message].filter((text) => text !== '').join(': ');
}

function cgroupDriverOf(config: RuntimeConfigResponse): RuntimeStatus['cgroupDriver'] {
  switch (config.linux?.cgroupDriver) {
    case CgroupDriver.SYSTEMD:
      return 'systemd';
    case CgroupDriver.CGROUPFS:
      return 'cgroupfs';
    default:
      return undefined;
  }
}

// containerd before 2.0 can't say; that is no failure of the runtime.
function undefinedWhenRefused(error: unknown): undefined {
  if (error instanceof PortError && error.kind === 'refused') return undefined;
  throw error;
}
