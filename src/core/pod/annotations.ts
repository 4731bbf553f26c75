import type { Container } from '../../kube/pod.ts';
import { fnv1a } from '../../lib/fnv.ts';
import type { WantedPod } from './want.ts';

/** Tells whether a container is still the one that the pod describes: of all its fields only name and image count. */
export function containerHash(container: Container): string {
  return fnv1a(JSON.stringify({ image: container.image, name: container.name }));
}

/** What is written on a container so that a later start, or another program, knows how to end it and what it said. */
export function containerAnnotations(
  want: WantedPod,
  container: Container,
  attempt: number,
): Readonly<Record<string, string>> {
  const preStop = container.lifecycle?.preStop;
  const ports = container.ports ?? [];
  return {
    'io.kubernetes.container.hash': containerHash(container),
    'io.kubernetes.container.restartCount': String(attempt),
    'io.kubernetes.container.terminationMessagePath': container.terminationMessagePath,
    'io.kubernetes.container.terminationMessagePolicy': container.terminationMessagePolicy,
    'io.kubernetes.pod.terminationGracePeriod': String(want.pod.spec.terminationGracePeriodSeconds),
    ...(want.deletion === undefined
      ? {}
      : { 'io.kubernetes.pod.deletionGracePeriod': String(want.deletion.graceSeconds) }),
    ...(preStop === undefined ? {} : { 'io.kubernetes.container.preStopHandler': JSON.stringify(preStop) }),
    ...(ports.length === 0 ? {} : { 'io.kubernetes.container.ports': JSON.stringify(ports) }),
  };
}
