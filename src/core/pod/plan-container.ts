import type { Container } from '../../kube/pod.ts';
import type { Tick } from '../../lib/time.ts';
import { podAddresses } from './addresses.ts';
import { crashDelay, retryAt } from './back-off.ts';
import { logLinks } from './collect.ts';
import { containerConfig } from './container-config.ts';
import type { Draft } from './draft.ts';
import { endContainer } from './end-container.ts';
import { hookCall } from './hooks.ts';
import { containerReferences, missingOf } from './inputs.ts';
import { postStartOf } from './instances.ts';
import { logDirectory, logLink, logPath } from './paths.ts';
import { imageFor } from './plan-upkeep.ts';
import { sandboxConfig } from './sandbox-config.ts';
import type { ContainerSeen, SandboxSeen } from './seen.ts';
import { type Turn, turnOf } from './turn.ts';
import type { WantedPod } from './want.ts';

/** One container to bring a step further. */
export interface Subject {
  readonly want: WantedPod;
  readonly container: Container;
  readonly sandbox: SandboxSeen;
  /** Folders and volumes are in place. */
  readonly ready: boolean;
  /** For an init container: its place in the order. */
  readonly init?: { readonly position: number; readonly of: number };
  /** What the containers before it still forbid. */
  readonly hold: Hold;
}

export type Hold = 'nothing' | 'start' | 'create';

/** Whether those behind a container may go on: `coming` holds them back, `stuck` waits for something that may last. */
export type Progress = 'up' | 'coming' | 'stuck' | 'ended';

/** Plans the next step of one container of a pod that is wanted and initialised so far. */
export function planContainer(draft: Draft, subject: Subject): Progress {
  const { container, sandbox, want } = subject;
  const { seen, kept } = draft.input;
  const turn = turnOf(container, { pod: want.pod, sandbox, seen, kept });
  switch (turn.kind) {
    case 'assign':
      draft.keepContainer(container.name, { attempt: turn.attempt }, `${container.name} has attempt ${turn.attempt}`);
      return 'coming';
    case 'wait':
      return 'coming';
    case 'clear':
      clear(draft, turn.instance);
      return 'coming';
    case 'create':
      return create(draft, subject, turn);
    case 'start':
      return start(draft, subject, turn.instance);
    case 'up':
      return up(draft, subject, turn.instance);
    case 'stop':
      end(draft, subject, turn.instance);
      return 'coming';
    case 'again':
      return again(draft, turn.instance, turn.rerun);
    case 'ended':
      return 'ended';
    default:
      return turn satisfies never;
  }
}

function clear(draft: Draft, { id, name }: ContainerSeen): void {
  const why = { code: 'CollectDeadContainer', container: name } as const;
  draft.act({
    key: `remove ${id}`,
    target: `container ${name}`,
    why,
    kind: 'removeContainer',
    id,
    logs: logLinks(draft, { id, name }),
  });
}

function create(draft: Draft, subject: Subject, { attempt, previous }: Extract<Turn, { kind: 'create' }>): Progress {
  const { want, container, sandbox, hold } = subject;
  const { name } = container;
  const { seen, uid, node, now } = draft.input;
  const image = imageFor({ container, attempt }, seen);
  if (image === undefined) return hasFailed(draft, `image ${container.image}`) ? 'stuck' : 'coming';
  if (hold === 'create' || !subject.ready) return 'coming';
  const made = containerConfig({ want, uid, container, attempt, image, sandbox, node });
  if (!made.ok) {
    // An object that is missing is a wait of its own.
    if (missingOf(want, containerReferences(container)).length > 0) return 'stuck';
    draft.wait({ code: 'BadConfig', container: name, detail: made.detail });
    return 'stuck';
  }
  const key = `create ${name}#${attempt} in ${sandbox.id}`;
  const target = `container ${name}`;
  const failure = seen.failures[target];
  const retry = retryAt(failure, 'createContainer', key);
  if (failure?.key === key && failure.kind === 'conflict' && retry !== undefined && retry <= now) {
    // The runtime holds the name of a container that no look shows: the next attempt is another name.
    draft.keepContainer(name, { ...draft.rowOf(name), attempt: attempt + 1 }, `attempt ${attempt} of ${name} is taken`);
    return 'coming';
  }
  const { config, files } = made;
  const why = whyCreate(subject, attempt, previous);
  const settings = sandboxConfig(want, sandbox.attempt, node);
  draft.start({ key, target, why, kind: 'createContainer', sandboxId: sandbox.id, config, sandbox: settings, files });
  return failure === undefined ? 'coming' : 'stuck';
}

function start(draft: Draft, { want, container, hold }: Subject, { id, attempt }: ContainerSeen): Progress {
  const { name } = container;
  draft.wait({ code: 'ContainerStart', container: name });
  if (hold !== 'nothing') return 'coming';
  const { node, uid, seen } = draft.input;
  const { metadata } = want.pod;
  const to = `${logDirectory(node, metadata.namespace, metadata.name, uid)}/${logPath(name, attempt)}`;
  const link = { path: logLink(node, want.pod, name, id), to };
  const why = { code: 'StartContainer', container: name } as const;
  const target = `container ${name}`;
  draft.start({ key: `start ${id}`, target, why, kind: 'startContainer', container: name, id, logLink: link });
  return seen.failures[target] === undefined ? 'coming' : 'stuck';
}

function up(draft: Draft, subject: Subject, instance: ContainerSeen): Progress {
  const { container, want, sandbox } = subject;
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return 'up';
  const { name } = container;
  const row = { ...draft.rowOf(name), attempt: instance.attempt };
  const state = postStartOf(instance, draft.input);
  switch (state) {
    case 'to record':
      draft.keepContainer(name, { ...row, postStart: 'begun' }, `postStart of ${name} begins`);
      return 'coming';
    case 'runs': {
      const host = podAddresses(want.pod, sandbox.ips, draft.input.node)[0] ?? '';
      const why = { code: 'RunHook', container: name, hook: 'postStart' } as const;
      const action = { key: `postStart ${instance.id}`, target: `container ${name}`, why, kind: 'runHook' } as const;
      const call = hookCall(hook, container, host);
      draft.act({ ...action, hook: 'postStart', container: name, id: instance.id, call });
      draft.wait({ code: 'PostStart', container: name });
      return 'coming';
    }
    case 'done':
      if (row.postStart === 'begun') {
        draft.keepContainer(name, { ...row, postStart: 'done' }, `postStart of ${name} is done`);
      }
      return 'up';
    case 'failed':
      if (row.postStart === 'begun') {
        draft.keepContainer(name, { ...row, postStart: 'failed' }, `postStart of ${name} failed`);
      } else end(draft, subject, instance);
      return 'stuck';
    default:
      return state satisfies never;
  }
}

/** Ends one container of a pod that goes on. */
function end(draft: Draft, { container, want, sandbox }: Subject, instance: ContainerSeen): void {
  const { seen, kept } = draft.input;
  const { name } = container;
  const failed = kept.containers[name]?.postStart === 'failed' && instance.sandboxId === sandbox.id;
  const detail = seen.hooks[`${instance.id}/postStart`]?.message ?? 'its postStart hook failed';
  const lost = { code: 'StopContainer', container: name, because: 'it cannot be kept as it is' } as const;
  const graceSeconds = want.pod.spec.terminationGracePeriodSeconds;
  endContainer(draft, {
    instance,
    why: failed ? { code: 'StopForHookFailure', container: name, detail } : { ...lost, graceSeconds },
    graceSeconds,
  });
}

function again(draft: Draft, instance: ContainerSeen, rerun: boolean): Progress {
  const { now } = draft.input;
  const { name } = instance;
  const attempt = instance.attempt + 1;
  const { backOff } = draft.rowOf(name) ?? {};
  if (rerun) {
    const row = backOff === undefined ? { attempt } : { attempt, backOff };
    draft.keepContainer(name, row, `${name} runs again in the new sandbox`);
    return 'coming';
  }
  const { until, next } = crashDelay(backOff, instance.exitedAt ?? now, now);
  if (until > now) {
    waitForBackOff(draft, instance, until);
    return 'stuck';
  }
  draft.keepContainer(name, { attempt, backOff: next }, `restart ${attempt} of ${name}`);
  return 'coming';
}

function waitForBackOff(draft: Draft, instance: ContainerSeen, until: Tick): void {
  const { exitCode, reason, name, attempt } = instance;
  // A container that was stopped for its failed hook: the hook's error is the cause, the exit code only names the signal.
  const hook = draft.input.seen.hooks[`${instance.id}/postStart`];
  const message = hook?.ok === false ? hook.message : instance.message;
  const words = [reason, message].filter((text) => text !== undefined && text !== '').join(': ');
  const lastExit = `exit code ${exitCode ?? 'unknown'}${words === '' ? '' : ` (${words})`}`;
  draft.wait({ code: 'CrashBackOff', container: name, until, lastExit, restarts: attempt });
  draft.wake(until);
}

function whyCreate({ container, init }: Subject, attempt: number, previous: ContainerSeen | undefined) {
  const { name } = container;
  if (attempt > 0 && previous !== undefined) {
    return { code: 'RestartContainer', container: name, exitCode: previous.exitCode ?? 0, restart: attempt } as const;
  }
  if (init === undefined) return { code: 'StartContainer', container: name } as const;
  return { code: 'StartInitContainer', container: name, position: init.position, of: init.of } as const;
}

function hasFailed(draft: Draft, target: string): boolean {
  return draft.input.seen.failures[target] !== undefined;
}
