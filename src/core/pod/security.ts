import type { Container, Pod, SeccompProfile } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { namespaces, supplementalGroups } from './namespaces.ts';
import type { ContainerSecurity, SeccompConfig } from './runtime-config.ts';
import type { ImageSeen } from './seen.ts';

// What lets a process see or change the host through /proc and /sys; the same paths that other engines hide.
const maskedPaths: readonly string[] = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];
const readonlyPaths: readonly string[] = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** The kernel's ids have 32 bits, and the highest bit is no man's land: runtimes wrap or refuse what lies above. */
const largestId = 2 ** 31 - 1;

export type Security =
  | { readonly ok: true; readonly security: ContainerSecurity }
  | { readonly ok: false; readonly detail: string };

type User =
  | { readonly ok: true; readonly runAsUser: number }
  | { readonly ok: true; readonly runAsUsername: string }
  | { readonly ok: false; readonly detail: string };

type PresentImage = Extract<ImageSeen, { kind: 'present' }>;

/** As whom and how confined a container runs: its own security context before the pod's before the image's. */
export function containerSecurity(pod: Pod, container: Container, image: PresentImage, node: NodeView): Security {
  const own = container.securityContext;
  const user = containerUser(pod, container, image);
  if (!user.ok) return user;
  const seccomp = seccompConfig(own?.seccompProfile ?? pod.spec.securityContext?.seccompProfile, node);
  if (!seccomp.ok) return seccomp;
  const group = own?.runAsGroup ?? pod.spec.securityContext?.runAsGroup;
  if (group !== undefined && !isId(group)) return { ok: false, detail: `runAsGroup ${group} is not a group id` };
  const unmasked = own?.procMount === 'Unmasked';
  return {
    ok: true,
    security: {
      privileged: own?.privileged ?? false,
      namespaces: namespaces(pod),
      ...('runAsUser' in user ? { runAsUser: user.runAsUser } : { runAsUsername: user.runAsUsername }),
      ...(group === undefined ? {} : { runAsGroup: group }),
      supplementalGroups: supplementalGroups(pod),
      readonlyRootfs: own?.readOnlyRootFilesystem ?? false,
      noNewPrivs: own?.allowPrivilegeEscalation === false,
      capabilities: { add: own?.capabilities?.add ?? [], drop: own?.capabilities?.drop ?? [] },
      maskedPaths: unmasked ? [] : maskedPaths,
      readonlyPaths: unmasked ? [] : readonlyPaths,
      seccomp: seccomp.seccomp,
    },
  };
}

/**
 * The user, as a number wherever it is known: a runtime that reads the image's text again may read it otherwise.
 *
 * Under runAsNonRoot only a number other than 0 is proof. An image without a user runs as root.
 */
function containerUser(pod: Pod, container: Container, image: PresentImage): User {
  const own = container.securityContext;
  const wanted = own?.runAsUser ?? pod.spec.securityContext?.runAsUser;
  const nonRoot = own?.runAsNonRoot ?? pod.spec.securityContext?.runAsNonRoot ?? false;
  const username = image.username ?? '';
  if (wanted === undefined && image.uid === undefined && username !== '') return namedUser(username, nonRoot);
  const uid = wanted ?? image.uid ?? 0;
  const from = wanted === undefined ? 'the user of the image' : 'runAsUser';
  if (!isId(uid)) return { ok: false, detail: `${from} is ${uid}, which is not a user id` };
  if (nonRoot && uid === 0) return { ok: false, detail: `runAsNonRoot is set, and ${from} is root (0)` };
  return { ok: true, runAsUser: uid };
}

function namedUser(username: string, nonRoot: boolean): User {
  if (nonRoot) {
    return {
      ok: false,
      detail: `runAsNonRoot is set, and the image's user is a name (${JSON.stringify(username)}): only a number proves that it is not root. Set runAsUser`,
    };
  }
  // What looks like a number and was not read as one, "0x0" or "4294967296", might be read as root by a runtime.
  if (/^[+-]?\d/.test(username)) {
    return { ok: false, detail: `the user of the image, ${JSON.stringify(username)}, is neither a name nor a user id` };
  }
  return { ok: true, runAsUsername: username };
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= largestId;
}

type Seccomp = { readonly ok: true; readonly seccomp: SeccompConfig } | { readonly ok: false; readonly detail: string };

function seccompConfig(profile: SeccompProfile | undefined, node: NodeView): Seccomp {
  if (profile === undefined) {
    return { ok: true, seccomp: { type: node.seccompDefault ? 'RuntimeDefault' : 'Unconfined' } };
  }
  if (profile.type !== 'Localhost') return { ok: true, seccomp: { type: profile.type } };
  const file = profile.localhostProfile ?? '';
  const detail = profileObjection(file);
  if (detail !== undefined) {
    return { ok: false, detail: `seccomp profile ${JSON.stringify(file)} of type Localhost ${detail}` };
  }
  return { ok: true, seccomp: { type: 'Localhost', localhostRef: `${node.directories.seccomp}/${file}` } };
}

/** A profile's file lies beneath the node's folder of profiles; an empty name would mean no confinement at all. */
function profileObjection(file: string): string | undefined {
  if (file === '') return 'has no localhostProfile';
  if (file.startsWith('/')) return 'must be relative to the folder of profiles';
  if (file.split('/').includes('..')) return 'must not contain ".."';
  return file.includes('\0') ? 'must not contain a zero byte' : undefined;
}
