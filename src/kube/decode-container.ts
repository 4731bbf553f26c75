import { decodeEnvFrom, decodeEnvVar } from './decode-env.ts';
import { decodeLifecycle, largestPort } from './decode-lifecycle.ts';
import { decodeResources } from './decode-resources.ts';
import { decodeSecurity } from './decode-security.ts';
import { decodeVolumeMount } from './decode-volume.ts';
import { compact, type Input } from './input.ts';
import { dnsLabel, imageName, ipAddress, portName } from './names.ts';
import type { Container, ContainerPort } from './pod.ts';

export interface ContainerContext {
  readonly init: boolean;
  readonly hostNetwork: boolean;
}

/** Reads a container and fills in what the API server would. */
export function decodeContainer(input: Input, context: ContainerContext): Container {
  const image = input.field('image').requiredText(imageName);
  const restartPolicy: 'Always' | undefined =
    context.init && input.field('restartPolicy').raw === 'Always' ? 'Always' : undefined;
  if (context.init) refuseForInit(input, restartPolicy !== undefined);
  return compact({
    name: input.field('name').requiredText(dnsLabel),
    image,
    command: input.field('command').texts(),
    args: input.field('args').texts(),
    workingDir: input.field('workingDir').text(),
    ports: input.field('ports').objects((port) => decodePort(port, context.hostNetwork)),
    env: input.field('env').objects(decodeEnvVar),
    envFrom: input.field('envFrom').objects(decodeEnvFrom),
    resources: decodeResources(input.field('resources')),
    volumeMounts: input.field('volumeMounts').objects(decodeVolumeMount),
    lifecycle: input.field('lifecycle').object(decodeLifecycle),
    imagePullPolicy:
      input.field('imagePullPolicy').oneOf(['Always', 'IfNotPresent', 'Never'] as const) ?? defaultPullPolicy(image),
    securityContext: input.field('securityContext').object(decodeSecurity),
    terminationMessagePath: input.field('terminationMessagePath').text() ?? '/dev/termination-log',
    terminationMessagePolicy:
      input.field('terminationMessagePolicy').oneOf(['File', 'FallbackToLogsOnError'] as const) ?? 'File',
    stdin: input.field('stdin').flag() ?? false,
    stdinOnce: input.field('stdinOnce').flag() ?? false,
    tty: input.field('tty').flag() ?? false,
    restartPolicy,
  });
}

/** `Always` for the tag latest, said or not; `IfNotPresent` for other tags and for digests. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const name = image.slice(image.lastIndexOf('/') + 1);
  const tag = name.includes(':') ? name.slice(name.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function refuseForInit(input: Input, sidecar: boolean): void {
  const policy = input.field('restartPolicy');
  if (!sidecar && !policy.absent) {
    policy.report(`must be Always or absent in an init container, but is ${JSON.stringify(policy.raw)}`);
  }
  if (sidecar) return;
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
    const field = input.field(name);
    if (!field.absent)
      field.report('must be absent in an init container that ends; restartPolicy: Always makes a sidecar');
  }
}

function decodePort(input: Input, hostNetwork: boolean): ContainerPort {
  const containerPort = input.field('containerPort').required.whole(1, largestPort) ?? 0;
  const asked = input.field('hostPort').whole(0, largestPort) ?? 0;
  if (hostNetwork && asked !== 0 && asked !== containerPort) {
    input.field('hostPort').report(`must be ${containerPort} on the host's network, but is ${asked}`);
  }
  const hostPort = hostNetwork ? containerPort : asked;
  return compact({
    name: input.field('name').raw === '' ? undefined : input.field('name').text(portName),
    containerPort,
    hostPort: hostPort === 0 ? undefined : hostPort,
    hostIP: input.field('hostIP').raw === '' ? undefined : input.field('hostIP').text(ipAddress),
    protocol: input.field('protocol').oneOf(['TCP', 'UDP', 'SCTP'] as const) ?? 'TCP',
  });
}
