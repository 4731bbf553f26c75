import type { Action, Step, StepKind } from './pod/action.ts';
import type { Done, Result } from './pod/fact.ts';
import type { EventText } from './reason-texts.ts';

type Of<Kind extends StepKind> = Extract<Step, { readonly kind: Kind }>;

type Telling<Kind extends StepKind> = {
  readonly done?: (step: Of<Kind>, done: Done) => EventText | undefined;
  readonly failed?: (step: Of<Kind>, message: string) => EventText;
};

const silent = {};

const tellings: { readonly [Kind in StepKind]: Telling<Kind> } = {
  record: silent,
  look: silent,
  prepare: { failed: (_, message) => warning('FailedCreatePodContainer', message) },
  mountVolume: { failed: ({ volume }, message) => warning('FailedMount', `volume "${volume.name}": ${message}`) },
  checkImage: {
    done: ({ image }, done) =>
      done.kind === 'image' && done.image.kind === 'present'
        ? normal('Pulled', `Container image "${image}" already present on machine`)
        : undefined,
    failed: ({ image }, message) => warning('InspectFailed', `Failed to inspect image "${image}": ${message}`),
  },
  pullImage: {
    done: ({ image }) => normal('Pulled', `Successfully pulled image "${image}"`),
    failed: ({ image }, message) => warning('Failed', `Failed to pull image "${image}": ${message}`),
  },
  runSandbox: { failed: (_, message) => warning('FailedCreatePodSandBox', message) },
  stopSandbox: { failed: (_, message) => warning('FailedKillPod', message) },
  removeSandbox: silent,
  createContainer: {
    done: ({ config }) => normal('Created', `Created container ${config.name}`),
    failed: ({ config }, message) => warning('Failed', `Error: container ${config.name}: ${message}`),
  },
  startContainer: {
    done: ({ container }) => normal('Started', `Started container ${container}`),
    failed: ({ container }, message) => warning('Failed', `Error: container ${container}: ${message}`),
  },
  runHook: {
    // What a hook printed stays out of events: it may be a secret, and many may read them.
    done: ({ hook, container }, done) => (done.kind === 'hook' && !done.ok ? hookFailed(hook, container) : undefined),
    failed: ({ hook, container }) => hookFailed(hook, container),
  },
  stopContainer: { failed: (_, message) => warning('FailedKillPod', message) },
  removeContainer: silent,
  removeData: silent,
  removeCgroup: silent,
  removeLogs: silent,
};

/** The Kubernetes event that the end of an action is; undefined for steps that nobody needs to hear of. */
export function outcomeEvent(action: Action, result: Result): EventText | undefined {
  const { done, failed } = tellings[action.kind] as Telling<StepKind>;
  if (result.ok) return done?.(action, result.value);
  // Out of date or taken back: nothing was done, and the next plan says what is.
  return 'failure' in result ? failed?.(action, result.failure.message) : undefined;
}

function hookFailed(hook: 'postStart' | 'preStop', container: string): EventText {
  const reason = hook === 'postStart' ? 'FailedPostStartHook' : 'FailedPreStopHook';
  return warning(reason, `The ${hook} hook of container ${container} failed`);
}

function normal(reason: string, message: string): EventText {
  return { reason, type: 'Normal', message };
}

function warning(reason: string, message: string): EventText {
  return { reason, type: 'Warning', message };
}
