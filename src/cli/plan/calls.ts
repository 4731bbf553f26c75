import type { Action, HookCall } from '../../core/pod/action.ts';
import { never } from '../../lib/assert.ts';

/** Which call a step makes, of the runtime or of the kernel, with what tells it from others. */
export function callText(action: Action): string {
  switch (action.kind) {
    case 'record':
      return 'ledger      write';
    case 'look':
      return 'CRI         ListPodSandbox, ListContainers, and the status of each';
    case 'prepare':
      return `disk        ${action.directories.length} folders, ${action.files.length} files, cgroup ${action.cgroup.path}`;
    case 'mountVolume':
      return `mount       ${action.volume.kind} ${action.volume.path}`;
    case 'checkImage':
      return `CRI         ImageStatus ${action.image}`;
    case 'pullImage':
      return `CRI         PullImage ${action.image}`;
    case 'runSandbox':
      return `CRI         RunPodSandbox ${action.config.name}, attempt ${action.config.attempt}, cgroup ${action.config.cgroupParent}`;
    case 'stopSandbox':
      return 'CRI         StopPodSandbox';
    case 'removeSandbox':
      return 'CRI         RemovePodSandbox';
    case 'createContainer':
      return `CRI         CreateContainer ${action.config.name}, attempt ${action.config.attempt}${commandText(action.config)}`;
    case 'startContainer':
      return `CRI         StartContainer ${action.container}`;
    case 'runHook':
      return `${hookText(action.call)} (${action.hook} of ${action.container})`;
    case 'stopContainer':
      return `CRI         StopContainer ${action.container}, ${action.graceSeconds} s`;
    case 'removeContainer':
      return 'CRI         RemoveContainer';
    case 'removeData':
      return `disk        remove ${action.directory}`;
    case 'removeCgroup':
      return `cgroup      remove ${action.path}`;
    case 'removeLogs':
      return `disk        remove ${action.directory}`;
    default:
      return never(action);
  }
}

function commandText(config: { readonly command: readonly string[]; readonly args: readonly string[] }): string {
  const words = [...config.command, ...config.args];
  return words.length === 0
    ? ''
    : `: ${words.map((word) => (/^[\w./:=-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`;
}

function hookText(call: HookCall): string {
  switch (call.kind) {
    case 'exec':
      return `CRI         ExecSync ${call.command.join(' ')}`;
    case 'http':
      return `HTTP        GET ${call.scheme.toLowerCase()}://${call.host}:${call.port}${call.path}`;
    case 'sleep':
      return `wait        ${call.seconds} s`;
    case 'impossible':
      return `nothing     ${call.message}`;
    default:
      return never(call);
  }
}
