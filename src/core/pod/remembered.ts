import type { Container, ContainerPort, LifecycleHandler } from '../../kube/pod.ts';
import type { ContainerSeen } from './seen.ts';

// What is written on a container when it is made (annotations.ts), read back for a pod whose spec nobody has any more.
// Another program may have written it: whatever does not fit is left out.

/** The grace period that the pod's spec gave; undefined when nothing was written. */
export function rememberedGrace({ annotations }: ContainerSeen): number | undefined {
  const text = annotations['io.kubernetes.pod.terminationGracePeriod'];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The container's preStop hook. */
export function rememberedPreStop({ annotations }: ContainerSeen): LifecycleHandler | undefined {
  const handler = parsed(annotations['io.kubernetes.container.preStopHandler']);
  if (!isRecord(handler)) return undefined;
  const { exec, httpGet, sleep } = handler;
  if (isRecord(exec) && Array.isArray(exec['command'])) return { exec: { command: exec['command'].map(String) } };
  if (isRecord(sleep) && typeof sleep['seconds'] === 'number') return { sleep: { seconds: sleep['seconds'] } };
  return isRecord(httpGet) ? rememberedGet(httpGet) : undefined;
}

/** The container as far as its hook needs it: its name and its ports. */
export function rememberedContainer(instance: ContainerSeen): Container {
  const ports = parsed(instance.annotations['io.kubernetes.container.ports']);
  return {
    name: instance.name,
    image: instance.image,
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '',
    terminationMessagePolicy: 'File',
    stdin: false,
    stdinOnce: false,
    tty: false,
    ports: Array.isArray(ports) ? ports.filter(isPort) : [],
  };
}

function rememberedGet(get: Readonly<Record<string, unknown>>): LifecycleHandler | undefined {
  const { path, port, host, scheme, httpHeaders } = get;
  if (typeof port !== 'number' && typeof port !== 'string') return undefined;
  return {
    httpGet: {
      path: typeof path === 'string' ? path : '/',
      port,
      scheme: scheme === 'HTTPS' ? 'HTTPS' : 'HTTP',
      ...(typeof host === 'string' ? { host } : {}),
      httpHeaders: Array.isArray(httpHeaders) ? httpHeaders.filter(isHeader) : [],
    },
  };
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPort(value: unknown): value is ContainerPort {
  return isRecord(value) && typeof value['containerPort'] === 'number';
}

function isHeader(value: unknown): value is { readonly name: string; readonly value: string } {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['value'] === 'string';
}
