import { formatDuration } from '../kube/duration.ts';
import { between, seconds, type Tick } from '../lib/time.ts';
import type { StepKind } from './pod/action.ts';
import type { StopWhy } from './pod/stage.ts';
import type { Wait, Why } from './reasons.ts';

/** A Kubernetes event, but for the object it is about. */
export interface EventText {
  readonly reason: string;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
}

type Table<Union extends { readonly code: string }, Value> = {
  readonly [Code in Union['code']]: Value | ((item: Extract<Union, { readonly code: Code }>) => Value);
};

const removed: Record<Extract<Why, { code: 'RemovePod' }>['what'], string> = {
  containers: 'its containers',
  sandboxes: 'its sandboxes',
  data: 'its folder and volumes',
  cgroup: 'its cgroup',
  logs: 'its logs',
};

const endTexts: Record<StopWhy, string> = {
  Deleted: 'the pod is deleted',
  Removed: 'its source no longer has the pod',
  Orphan: 'nobody wants the pod',
  Finished: 'the pod has finished',
  InitFailed: 'an init container has failed, and the restart policy is Never',
  Evicted: 'the node is short of a resource',
  DeadlineExceeded: "the pod's activeDeadlineSeconds have passed",
  Rejected: 'the node has refused the pod',
};

const whyTexts: Table<Why, string> = {
  FirstLook: 'Looks at what the runtime has of the pod, before anything is done to it.',
  LookAfterEvent: 'Looks at the pod in the runtime, because something happened to it.',
  LookAfterUnknownOutcome: 'Looks at the pod in the runtime, because it is not known how the last step on it ended.',
  RecordDecision: ({ what }) => `Writes down a decision, before anything relies on it: ${what}.`,
  PreparePod: "Makes the pod's folders and its cgroup.",
  MountVolume: ({ volume }) => `Brings volume "${volume}" into place.`,
  UpdateVolume: ({ volume }) => `Updates volume "${volume}", because its content has changed.`,
  CheckImage: ({ image }) => `Looks whether the runtime has image "${image}".`,
  PullImage: ({ image, policy }) => `Pulls image "${image}" (imagePullPolicy ${policy}).`,
  NoSandbox: "Makes the pod's sandbox, because it has none.",
  SandboxDied: ({ attempt }) =>
    `Makes another sandbox (attempt ${attempt}), because the last one is not of use any more.`,
  StartInitContainer: ({ container, position, of }) => `Starts init container "${container}" (${position} of ${of}).`,
  StartContainer: ({ container }) => `Starts container "${container}".`,
  RestartContainer: ({ container, exitCode, restart }) =>
    `Starts container "${container}" again (restart ${restart}), because it ended with exit code ${exitCode}.`,
  RunHook: ({ container, hook }) => `Runs the ${hook} hook of container "${container}".`,
  StopForHookFailure: ({ container, detail }) =>
    `Stops container "${container}", because its postStart hook failed: ${detail}.`,
  StopForSandbox: ({ container }) => `Stops container "${container}", because its sandbox is not of use any more.`,
  StopContainer: ({ container, because, graceSeconds }) =>
    `Stops container "${container}" with a grace of ${graceSeconds} s, because ${endText(because)}.`,
  StopSandbox: ({ because }) => `Stops the pod's sandbox, because ${endText(because)}.`,
  CollectDeadContainer: ({ container }) =>
    `Removes an instance of container "${container}" that nobody needs any more.`,
  CollectDeadSandbox: 'Removes an ended sandbox of the pod; a newer one has taken its place.',
  RemovePod: ({ what }) => `Removes what the pod leaves behind: ${removed[what]}.`,
};

const steps: Record<StepKind, string> = {
  record: 'write down what was decided',
  look: 'look at the pod in the runtime',
  prepare: "make the pod's folders and cgroup",
  mountVolume: 'bring a volume into place',
  checkImage: 'look whether the image is there',
  pullImage: 'pull the image',
  runSandbox: "make the pod's sandbox",
  stopSandbox: "stop the pod's sandbox",
  removeSandbox: "remove the pod's sandbox",
  createContainer: 'create the container',
  startContainer: 'start the container',
  runHook: 'run the hook',
  stopContainer: 'stop the container',
  removeContainer: 'remove the container',
  removeData: "remove the pod's folder",
  removeCgroup: "remove the pod's cgroup",
  removeLogs: "remove the pod's logs",
};

/** A moment that is waited for, as a person says it. */
type Moment = (until: Tick) => string;

type WaitTable = {
  readonly [Code in Wait['code']]: (wait: Extract<Wait, { readonly code: Code }>, within: Moment) => string;
};

const waitTexts: WaitTable = {
  FirstLook: () => 'Waits for the first look at what the runtime has of this pod.',
  Record: () => 'Waits until the last decision is on stable storage.',
  Predecessor: ({ uid }) => `Waits until the older pod of the same name (${uid}) is gone.`,
  Rejected: ({ reason, message }) => `The node has refused the pod (${reason}): ${message}. It is not tried again.`,
  MissingInput: ({ object, detail }) => `Waits for ${object}: ${detail}. It goes on as soon as that changes.`,
  BadConfig: ({ container, detail }) =>
    `Container "${container}" cannot be made as the pod describes it: ${detail}. It goes on as soon as that changes.`,
  Preparing: () => "Waits for the pod's folders and its cgroup.",
  VolumeMount: ({ volume }) => `Waits until volume "${volume}" is in place.`,
  ImagePull: ({ image }) => `Waits until image "${image}" is pulled.`,
  ImageBackOff: ({ image, until, error }, within) =>
    `Cannot pull image "${image}": ${cause(error)}. The next try is ${within(until)}.`,
  ImageNeverPull: ({ image }) =>
    `Image "${image}" is not on the node, and its imagePullPolicy is Never. Import it, or change the policy.`,
  Sandbox: () => "Waits for the pod's sandbox.",
  StartSlot: ({ ahead }) =>
    ahead === 0
      ? 'Waits for its turn to start: it is the next.'
      : `Waits for its turn to start: ${ahead === 1 ? '1 pod is' : `${ahead} pods are`} ahead of it.`,
  ContainerStart: ({ container }) => `Waits until container "${container}" has started.`,
  InitContainer: ({ container }) => `Waits until init container "${container}" has succeeded.`,
  PostStart: ({ container }) => `Waits for the postStart hook of container "${container}".`,
  CrashBackOff: ({ container, until, lastExit, restarts }, within) =>
    `Container "${container}" keeps ending (${lastExit}; ${counted(restarts, 'restart')}). It starts again ${within(until)}.`,
  // The step names no object, the error does: the path, the container.
  RetryAfterFailure: ({ step, until, error }, within) =>
    `Cannot ${stepText(step)}: ${error}. The next try is ${within(until)}.`,
  PreStop: ({ container, until }, within) =>
    `Waits for the preStop hook of container "${container}"; its grace ends ${within(until)}.`,
  ContainerStop: ({ container, until }, within) =>
    `Waits until container "${container}" has ended; it is killed ${within(until)}.`,
  SandboxStop: () => "Waits until the pod's sandbox has stopped.",
  Running: () => 'All that should run runs.',
  Finished: () => 'The pod has ended; its last containers are kept for their status and logs.',
  CleanUp: ({ what }) => `Waits until this is gone: ${what}.`,
};

const none = undefined;

const whyEvents: Table<Why, EventText | undefined> = {
  FirstLook: none,
  LookAfterEvent: none,
  LookAfterUnknownOutcome: none,
  RecordDecision: none,
  PreparePod: none,
  MountVolume: none,
  UpdateVolume: none,
  CheckImage: none,
  PullImage: ({ image }) => normal('Pulling', `Pulling image "${image}"`),
  NoSandbox: none,
  SandboxDied: normal('SandboxChanged', 'The sandbox of the pod has changed; another one is made'),
  StartInitContainer: none,
  StartContainer: none,
  RestartContainer: none,
  RunHook: none,
  StopForHookFailure: ({ container }) =>
    normal('Killing', `Stopping container ${container}, because its postStart hook failed`),
  StopForSandbox: ({ container }) =>
    normal('Killing', `Stopping container ${container}, because its sandbox is not of use any more`),
  StopContainer: ({ container }) => normal('Killing', `Stopping container ${container}`),
  StopSandbox: none,
  CollectDeadContainer: none,
  CollectDeadSandbox: none,
  RemovePod: none,
};

const waitEvents: Table<Wait, EventText | undefined> = {
  FirstLook: none,
  Record: none,
  Predecessor: none,
  Rejected: ({ reason, message }) => warning(reason, message),
  MissingInput: ({ object, detail }) => warning('Failed', `Error: ${object}: ${detail}`),
  BadConfig: ({ container, detail }) => warning('Failed', `Error: container ${container}: ${detail}`),
  Preparing: none,
  VolumeMount: none,
  ImagePull: none,
  ImageBackOff: ({ image }) => normal('BackOff', `Back-off pulling image "${image}"`),
  ImageNeverPull: ({ image }) =>
    warning('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`),
  Sandbox: none,
  StartSlot: none,
  ContainerStart: none,
  InitContainer: none,
  PostStart: none,
  CrashBackOff: ({ container }) => warning('BackOff', `Back-off restarting failed container ${container}`),
  // The failure itself was told when it happened: outcomeEvent.
  RetryAfterFailure: none,
  PreStop: none,
  ContainerStop: none,
  SandboxStop: none,
  Running: none,
  Finished: none,
  CleanUp: none,
};

/** Why something ends: by the code of a pod's end, or in words. */
function endText(because: string): string {
  return Object.hasOwn(endTexts, because) ? endTexts[because as StopWhy] : because;
}

/** An adapter says what it could not do, too: "cannot pull app:1: no such image". The sentence around it has said so. */
function cause(error: string): string {
  return error.replace(/^cannot .+?: (?=\S)/, '');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function stepText(step: string): string {
  return Object.hasOwn(steps, step) ? steps[step as StepKind] : step;
}

/** A why as a full sentence: for the log, the timeline and `explain`. */
export function whyText(why: Why): string {
  return entry(whyTexts, why);
}

/** A wait as a full sentence: what for, the cause, and when it is tried again, counted from `now`. */
export function waitText(wait: Wait, now: Tick): string {
  const render = waitTexts[wait.code] as (wait: Wait, within: Moment) => string;
  return render(wait, (until) => momentText(until, now));
}

/** The Kubernetes event that the beginning of an action is; undefined for steps that nobody needs to hear of. */
export function whyEvent(why: Why): EventText | undefined {
  return entry(whyEvents, why);
}

/** The Kubernetes event that the beginning of a wait is. */
export function waitEvent(wait: Wait): EventText | undefined {
  return entry(waitEvents, wait);
}

function entry<Union extends { readonly code: string }, Value>(table: Table<Union, Value>, item: Union): Value {
  const value = table[item.code as Union['code']] as Value | ((item: Union) => Value);
  return typeof value === 'function' ? (value as (item: Union) => Value)(item) : value;
}

function momentText(until: Tick, now: Tick): string {
  const left = Math.ceil(between(now, until) / 1000);
  return left <= 0 ? 'now' : `in ${formatDuration(seconds(left))}`;
}

function normal(reason: string, message: string): EventText {
  return { reason, type: 'Normal', message };
}

function warning(reason: string, message: string): EventText {
  return { reason, type: 'Warning', message };
}
