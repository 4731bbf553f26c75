import type { ConfigMap, Secret } from '../../kube/objects.ts';
import type { Pod } from '../../kube/pod.ts';
import type { Tick } from '../../lib/time.ts';

/**
 * What a source asks for: the resolved pod.
 *
 * `absent` is a pod that only the runtime, the disk or the ledger knows: orphans, force-deleted pods, removed
 * manifests and edited static pods are ordinary rows with this want.
 */
export type Want = { readonly kind: 'absent' } | WantedPod;

export interface WantedPod {
  readonly kind: 'pod';
  readonly pod: Pod;
  readonly source: 'file' | 'http' | 'api';
  readonly inputs: Inputs;
  /** The API's deletion: the grace that was granted, counted from when we saw it. */
  readonly deletion?: { readonly graceSeconds: number; readonly seenAt: Tick };
  /** Its source no longer has it; `deletion` is set too. Once it has stopped, it is cleaned away and nobody asks for its status. */
  readonly removed?: boolean;
}

/** The versions of every object that the pod refers to; a missing one is a wait. */
export interface Inputs {
  readonly configMaps: Readonly<Record<string, Input<ConfigMap>>>;
  readonly secrets: Readonly<Record<string, Input<Secret>>>;
}

export type Input<Kind> =
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'found'; readonly version: string; readonly object: Kind };

export const noInputs: Inputs = { configMaps: {}, secrets: {} };
