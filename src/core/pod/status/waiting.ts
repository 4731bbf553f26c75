import { formatDuration } from '../../../kube/duration.ts';
import type { Container } from '../../../kube/pod.ts';
import { between } from '../../../lib/time.ts';
import { volumePlans } from '../../volume/plans.ts';
import { crashDelay } from '../back-off.ts';
import { containerConfig } from '../container-config.ts';
import { isImageName } from '../image-name.ts';
import { containerReferences, missingOf } from '../inputs.ts';
import type { ContainerSeen, FailureSeen, HookSeen } from '../seen.ts';
import { newestSandbox, type StatusContext } from './context.ts';

export interface Waiting {
  readonly reason: string;
  readonly message?: string;
}

/** Why a container that should be started is not: the first of what stands in its way; undefined when nothing does. */
export function startProblem(
  container: Container,
  newest: ContainerSeen | undefined,
  context: StatusContext,
): Waiting | undefined {
  return (
    crashProblem(container, newest, context) ??
    imageProblem(container, context) ??
    hookProblem(newest, context) ??
    runtimeProblem(container, newest, context) ??
    configProblem(container, context)
  );
}

/** What keeps the whole pod from starting, for containers that never ran: it has no reason of its own. */
export function podProblem({ input, want }: StatusContext): string | undefined {
  const { failures } = input.seen;
  const target = Object.keys(failures).find(
    (name) => ['prepare', 'sandbox', 'ledger', 'runtime'].includes(name) || name.startsWith('volume '),
  );
  if (target !== undefined) return failures[target]?.message;
  const [missing] = volumePlans(want, input.uid, input.node).missing;
  return missing === undefined ? undefined : `${missing.object}: ${missing.detail}`;
}

/** The delay of a crashed container that is not over yet; the true cause is in the message, whatever was tried since. */
function crashProblem(
  container: Container,
  newest: ContainerSeen | undefined,
  { input, want }: StatusContext,
): Waiting | undefined {
  const backOff = input.kept.containers[container.name]?.backOff;
  if (newest?.state !== 'exited' || newest.exitedAt === undefined) return undefined;
  const { until } = crashDelay(backOff, newest.exitedAt, input.now);
  if (until <= input.now) return undefined;
  const { name, namespace, uid } = want.pod.metadata;
  const delay = formatDuration(between(newest.exitedAt, until));
  const end = lastEnd(newest, input.seen.hooks[`${newest.id}/postStart`]);
  return {
    reason: 'CrashLoopBackOff',
    message: `back-off ${delay} restarting failed container=${container.name} pod=${name}_${namespace}(${uid}): ${end}`,
  };
}

/** How a container ended last, in one line: what a person looks for first in a crash loop. */
function lastEnd(record: ContainerSeen, hook: HookSeen | undefined): string {
  const cause = record.reason === undefined || record.reason === '' ? '' : ` (${record.reason})`;
  const message = [hook?.ok === false ? hook.message : '', record.message].find(
    (text) => text !== undefined && text !== '',
  );
  return `last ended with exit code ${record.exitCode ?? 'unknown'}${cause}${message === undefined ? '' : `: ${message}`}`;
}

function imageProblem(container: Container, { input }: StatusContext): Waiting | undefined {
  const { image, imagePullPolicy } = container;
  if (!isImageName(image)) {
    return { reason: 'InvalidImageName', message: `couldn't parse image name ${JSON.stringify(image)}` };
  }
  const seen = Object.hasOwn(input.seen.images, image) ? input.seen.images[image] : undefined;
  if (imagePullPolicy === 'Never' && seen?.kind === 'absent') {
    const message = `Container image ${JSON.stringify(image)} is not present with pull policy of Never`;
    return { reason: 'ErrImageNeverPull', message };
  }
  const failure = failureOf(`image ${image}`, input.seen.failures);
  if (failure === undefined) return undefined;
  // The first failure is told as such; from the second on it is the waiting that people should see.
  if (failure.count <= 1) return { reason: 'ErrImagePull', message: failure.message };
  const message = `Back-off pulling image ${JSON.stringify(image)}: ErrImagePull: ${failure.message}`;
  return { reason: 'ImagePullBackOff', message };
}

function hookProblem(newest: ContainerSeen | undefined, { input }: StatusContext): Waiting | undefined {
  if (newest?.state !== 'exited') return undefined;
  const hook = input.seen.hooks[`${newest.id}/postStart`];
  return hook?.ok === false ? { reason: 'PostStartHookError', message: hook.message } : undefined;
}

/** Creating and starting share one target: a record of the attempt that was asked for tells which of them failed. */
function runtimeProblem(
  container: Container,
  newest: ContainerSeen | undefined,
  { input }: StatusContext,
): Waiting | undefined {
  const failure = failureOf(`container ${container.name}`, input.seen.failures);
  if (failure === undefined) return undefined;
  const asked = input.kept.containers[container.name]?.attempt ?? 0;
  const made = newest !== undefined && newest.attempt >= asked;
  return { reason: made ? 'RunContainerError' : 'CreateContainerError', message: failure.message };
}

function configProblem(container: Container, context: StatusContext): Waiting | undefined {
  const [missing] = missingOf(context.want, containerReferences(container));
  const detail = missing === undefined ? configDetail(container, context) : `${missing.object}: ${missing.detail}`;
  return detail === undefined ? undefined : { reason: 'CreateContainerConfigError', message: detail };
}

/** The same answer that creating the container would get; only where all that it needs is there. */
function configDetail(container: Container, context: StatusContext): string | undefined {
  const { input, want } = context;
  const { seen, uid, node } = input;
  const image = Object.hasOwn(seen.images, container.image) ? seen.images[container.image] : undefined;
  const sandbox = newestSandbox(context);
  if (image?.kind !== 'present' || sandbox === undefined) return undefined;
  const answer = containerConfig({ want, uid, container, attempt: 0, image, sandbox, node });
  return answer.ok ? undefined : answer.detail;
}

function failureOf(target: string, failures: Readonly<Record<string, FailureSeen>>): FailureSeen | undefined {
  return Object.hasOwn(failures, target) ? failures[target] : undefined;
}
