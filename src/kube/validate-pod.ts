import type { Finding, Path } from './finding.ts';
import { nearest } from './nearest.ts';
import type { Container, PodSpec } from './pod.ts';

/** The rules that join several fields of a pod: names that must differ, names that must exist. */
export function validatePodSpec(spec: PodSpec): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (path: Path, message: string): void => {
    findings.push({ path: ['spec', ...path], message });
  };
  if (spec.containers.length === 0) report(['containers'], 'must hold at least one container');
  const init = spec.initContainers ?? [];
  const names = new Map<string, string>();
  const containers: [Path, Container][] = [
    ...init.map((container, place): [Path, Container] => [['initContainers', place], container]),
    ...spec.containers.map((container, place): [Path, Container] => [['containers', place], container]),
  ];
  for (const [path, container] of containers) {
    checkUnique({ names, name: container.name, path: [...path, 'name'] }, report);
    checkMounts(path, container, spec, report);
    checkPorts(path, container, report);
  }
  const volumeNames = new Map<string, string>();
  for (const [place, volume] of (spec.volumes ?? []).entries()) {
    checkUnique({ names: volumeNames, name: volume.name, path: ['volumes', place, 'name'] }, report);
    checkFilePaths(['volumes', place], volume.configMap?.items ?? volume.secret?.items ?? [], report);
  }
  checkHostPorts(spec, report);
  return findings;
}

type Report = (path: Path, message: string) => void;

interface Named {
  readonly names: Map<string, string>;
  readonly name: string;
  readonly path: Path;
}

function checkUnique({ names, name, path }: Named, report: Report): void {
  // What has no name was noted before.
  if (name === '') return;
  const before = names.get(name);
  if (before !== undefined) report(path, `must be unique, but "${name}" stands at ${before} too`);
  else names.set(name, `spec.${path[0]}[${path[1]}]`);
}

function checkMounts(path: Path, container: Container, spec: PodSpec, report: Report): void {
  const known = (spec.volumes ?? []).map((volume) => volume.name);
  const taken = new Map<string, number>();
  for (const [place, mount] of (container.volumeMounts ?? []).entries()) {
    const at = [...path, 'volumeMounts', place];
    if (mount.name !== '' && !known.includes(mount.name)) {
      const meant = nearest(mount.name, known);
      report(
        [...at, 'name'],
        `must name a volume of the pod, but "${mount.name}" is none${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      );
    }
    const first = taken.get(mount.mountPath);
    if (first !== undefined)
      report([...at, 'mountPath'], `must be unique, but volumeMounts[${first}] has ${mount.mountPath} too`);
    else taken.set(mount.mountPath, place);
    if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      report([...at, 'mountPropagation'], 'may be Bidirectional only in a privileged container');
    }
  }
}

function checkPorts(path: Path, container: Container, report: Report): void {
  const names = new Set<string>();
  for (const [place, port] of (container.ports ?? []).entries()) {
    if (port.name === undefined) continue;
    if (names.has(port.name)) report([...path, 'ports', place, 'name'], `must be unique, but "${port.name}" is not`);
    names.add(port.name);
  }
}

function checkHostPorts(spec: PodSpec, report: Report): void {
  const taken = new Map<string, string>();
  for (const [place, container] of spec.containers.entries()) {
    for (const [at, port] of (container.ports ?? []).entries()) {
      if (port.hostPort === undefined) continue;
      const key = `${port.protocol} ${port.hostIP ?? ''} ${port.hostPort}`;
      const before = taken.get(key);
      const here = `spec.containers[${place}].ports[${at}]`;
      if (before === undefined) taken.set(key, here);
      else
        report(
          ['containers', place, 'ports', at, 'hostPort'],
          `must be free, but ${before} has port ${port.hostPort} of the host too`,
        );
    }
  }
}

function checkFilePaths(path: Path, items: readonly { readonly path: string }[], report: Report): void {
  const taken = new Set<string>();
  for (const [place, item] of items.entries()) {
    const at = [...path, 'items', place, 'path'];
    const inside = [...taken].find((other) => other.startsWith(`${item.path}/`) || item.path.startsWith(`${other}/`));
    if (taken.has(item.path)) report(at, `must be unique, but "${item.path}" is not`);
    else if (inside !== undefined) report(at, `must not be a file and a folder at once, but "${inside}" is there too`);
    taken.add(item.path);
  }
}
