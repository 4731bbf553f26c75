import type { Container, HttpGetAction, LifecycleHandler } from '../../kube/pod.ts';
import type { HookCall } from './action.ts';

/** A lifecycle hook with its port and host resolved. `host` is the pod's address, empty when it has none. */
export function hookCall(handler: LifecycleHandler, container: Container, host: string): HookCall {
  if (handler.exec !== undefined) return { kind: 'exec', command: handler.exec.command };
  if (handler.httpGet !== undefined) return httpCall(handler.httpGet, container, host);
  if (handler.sleep !== undefined) return { kind: 'sleep', seconds: handler.sleep.seconds };
  if (handler.tcpSocket !== undefined) return impossible('tcpSocket is not a lifecycle hook that can be run');
  return impossible('the hook names nothing to run');
}

function httpCall(get: HttpGetAction, container: Container, podHost: string): HookCall {
  const host = get.host === undefined || get.host === '' ? podHost : get.host;
  if (host === '') return impossible('the pod has no address to send the request to');
  const port = portNumber(get.port, container);
  if (port === undefined) {
    return impossible(`container ${JSON.stringify(container.name)} has no port ${JSON.stringify(get.port)}`);
  }
  const path = get.path.startsWith('/') ? get.path : `/${get.path}`;
  return { kind: 'http', scheme: get.scheme, host, port, path, headers: get.httpHeaders ?? [] };
}

/** A port by number, by a port's name, or by a number written as text. */
function portNumber(port: number | string, container: Container): number | undefined {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  const number = named ?? (typeof port === 'number' || /^\d{1,5}$/.test(port) ? Number(port) : 0);
  return Number.isInteger(number) && number > 0 && number <= 65_535 ? number : undefined;
}

function impossible(message: string): HookCall {
  return { kind: 'impossible', message };
}
