import type { ContainerState, ContainerStatus } from '../../../kube/pod-status.ts';
import { clipUtf8 } from '../../../lib/utf8.ts';

/** All termination messages of a pod together: an object of the API has little room. */
const messagesOfPod = 12 * 1024;

/** Cuts the termination messages of one status to its part of what all containers of the pod may say, in bytes. */
export function cappedMessages(containers: number): (status: ContainerStatus) => ContainerStatus {
  const each = Math.floor(messagesOfPod / Math.max(1, containers));
  return (status) => ({ ...status, state: capped(status.state, each), lastState: capped(status.lastState, each) });
}

function capped(state: ContainerState, bytes: number): ContainerState {
  const { terminated } = state;
  if (terminated?.message === undefined) return state;
  return { terminated: { ...terminated, message: clipUtf8(terminated.message, bytes) } };
}
