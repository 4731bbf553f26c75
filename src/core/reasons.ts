import type { Tick } from '../lib/time.ts';

/** Why an action is planned. One table of texts (reason-texts.ts) renders each everywhere. */
export type Why =
  | { readonly code: 'FirstLook' }
  | { readonly code: 'LookAfterEvent' }
  | { readonly code: 'LookAfterUnknownOutcome' }
  | { readonly code: 'RecordDecision'; readonly what: string }
  | { readonly code: 'PreparePod' }
  | { readonly code: 'MountVolume'; readonly volume: string }
  | { readonly code: 'UpdateVolume'; readonly volume: string }
  | { readonly code: 'CheckImage'; readonly image: string }
  | { readonly code: 'PullImage'; readonly image: string; readonly policy: string }
  | { readonly code: 'NoSandbox' }
  | { readonly code: 'SandboxDied'; readonly attempt: number }
  | { readonly code: 'StartInitContainer'; readonly container: string; readonly position: number; readonly of: number }
  | { readonly code: 'StartContainer'; readonly container: string }
  | {
      readonly code: 'RestartContainer';
      readonly container: string;
      readonly exitCode: number;
      readonly restart: number;
    }
  | { readonly code: 'RunHook'; readonly container: string; readonly hook: 'postStart' | 'preStop' }
  | { readonly code: 'StopForHookFailure'; readonly container: string; readonly detail: string }
  | { readonly code: 'StopForSandbox'; readonly container: string }
  | {
      readonly code: 'StopContainer';
      readonly container: string;
      readonly because: string;
      readonly graceSeconds: number;
    }
  | { readonly code: 'StopSandbox'; readonly because: string }
  | { readonly code: 'CollectDeadContainer'; readonly container: string }
  | { readonly code: 'CollectDeadSandbox' }
  | { readonly code: 'RemovePod'; readonly what: 'containers' | 'sandboxes' | 'data' | 'cgroup' | 'logs' };

/** What a pod waits for. Every idle moment has one. */
export type Wait =
  | { readonly code: 'FirstLook' }
  | { readonly code: 'Record' }
  | { readonly code: 'Predecessor'; readonly uid: string }
  | { readonly code: 'Rejected'; readonly reason: string; readonly message: string }
  | { readonly code: 'MissingInput'; readonly object: string; readonly detail: string }
  | { readonly code: 'BadConfig'; readonly container: string; readonly detail: string }
  | { readonly code: 'Preparing' }
  | { readonly code: 'VolumeMount'; readonly volume: string }
  | { readonly code: 'ImagePull'; readonly image: string }
  | { readonly code: 'ImageBackOff'; readonly image: string; readonly until: Tick; readonly error: string }
  | { readonly code: 'ImageNeverPull'; readonly image: string }
  | { readonly code: 'Sandbox' }
  | { readonly code: 'StartSlot'; readonly ahead: number }
  | { readonly code: 'ContainerStart'; readonly container: string }
  | { readonly code: 'InitContainer'; readonly container: string }
  | { readonly code: 'PostStart'; readonly container: string }
  | {
      readonly code: 'CrashBackOff';
      readonly container: string;
      readonly until: Tick;
      readonly lastExit: string;
      readonly restarts: number;
    }
  | { readonly code: 'RetryAfterFailure'; readonly step: string; readonly until: Tick; readonly error: string }
  | { readonly code: 'PreStop'; readonly container: string; readonly until: Tick }
  | { readonly code: 'ContainerStop'; readonly container: string; readonly until: Tick }
  | { readonly code: 'SandboxStop' }
  | { readonly code: 'Running' }
  | { readonly code: 'Finished' }
  | { readonly code: 'CleanUp'; readonly what: string };
