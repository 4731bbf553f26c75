import type { ContainerPort, Pod } from '../../kube/pod.ts';

/** A port of the host that a pod binds. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: ContainerPort['protocol'];
  readonly port: number;
}

const everyAddress = '0.0.0.0';

/** The host ports of a pod's main containers and sidecars: those that are bound while it runs. */
export function hostPorts(pod: Pod): readonly HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...pod.spec.containers].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort = 0 }) => hostPort > 0)
      .map(({ hostIP = '', protocol, hostPort = 0 }) => ({
        ip: hostIP === '' ? everyAddress : hostIP,
        protocol,
        port: hostPort,
      })),
  );
}

/** The first port of `wanted` that one of `taken` holds: same protocol and number, same or every address. */
export function portConflict(wanted: readonly HostPort[], taken: readonly HostPort[]): HostPort | undefined {
  return wanted.find((port) => taken.some((other) => collide(port, other)));
}

function collide(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === right.ip || left.ip === everyAddress || right.ip === everyAddress;
}
