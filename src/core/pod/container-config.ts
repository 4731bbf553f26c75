import type { PodUid } from '../../kube/meta.ts';
import type { Container } from '../../kube/pod.ts';
import type { NodeView } from '../node/view.ts';
import { podAddresses } from './addresses.ts';
import { containerAnnotations } from './annotations.ts';
import { environment, largestEnvironment } from './env.ts';
import { expand } from './expand.ts';
import { containerResources } from './linux-resources.ts';
import { type ConfigFile, containerMounts } from './mounts.ts';
import { logPath } from './paths.ts';
import type { ContainerConfig } from './runtime-config.ts';
import { identityLabels } from './sandbox-config.ts';
import { containerSecurity } from './security.ts';
import type { ImageSeen, SandboxSeen } from './seen.ts';
import type { WantedPod } from './want.ts';

export interface ContainerRequest {
  readonly want: WantedPod;
  readonly uid: PodUid;
  readonly container: Container;
  readonly attempt: number;
  readonly image: Extract<ImageSeen, { kind: 'present' }>;
  readonly sandbox: SandboxSeen;
  readonly node: NodeView;
}

export type ContainerAnswer =
  | { readonly ok: true; readonly config: ContainerConfig; readonly files: readonly ConfigFile[] }
  | { readonly ok: false; readonly detail: string };

/**
 * One container as the runtime is asked to make it, and the files to write before.
 *
 * Not ok when the pod asks for something that cannot be, as things are: `detail` says what, and never shows a value
 * that may be a secret.
 */
export function containerConfig(request: ContainerRequest): ContainerAnswer {
  const { want, uid, container, attempt, image, sandbox, node } = request;
  const { pod } = want;
  const ips = podAddresses(pod, sandbox.ips, node);
  const env = environment({ want, pod, container, ips, node });
  if (!env.ok) return env;
  const command = expandAll(container.command ?? [], env.values);
  const args = expandAll(container.args ?? [], env.values);
  if (command === undefined || args === undefined) return { ok: false, detail: tooLong };
  const mounted = containerMounts({ pod, uid, container, attempt, ips, node });
  if (!mounted.ok) return mounted;
  const secured = containerSecurity(pod, container, image, node);
  if (!secured.ok) return secured;
  const config: ContainerConfig = {
    name: container.name,
    attempt,
    image: image.id,
    userSpecifiedImage: container.image,
    command,
    args,
    workingDir: container.workingDir ?? '',
    env: [...env.values].map(([key, value]) => ({ key, value })),
    mounts: mounted.mounts,
    labels: { ...identityLabels(pod), 'io.kubernetes.container.name': container.name },
    annotations: containerAnnotations(want, container, attempt),
    logPath: logPath(container.name, attempt),
    stdin: container.stdin,
    stdinOnce: container.stdinOnce,
    tty: container.tty,
    resources: containerResources(pod, container, want.source !== 'api', node),
    security: secured.security,
  };
  return { ok: true, config, files: mounted.files };
}

const tooLong = `command and args with their variables take more than the ${largestEnvironment} bytes that the kernel takes`;

/** The texts with their variables; undefined when they are more than the kernel takes. */
function expandAll(texts: readonly string[], values: ReadonlyMap<string, string>): readonly string[] | undefined {
  const expanded: string[] = [];
  let left = largestEnvironment;
  for (const text of texts) {
    const one = expand(text, (name) => values.get(name), left);
    if (one === undefined) return undefined;
    left -= one.length;
    expanded.push(one);
  }
  return expanded;
}
