import type { NodeView } from '../core/node/view.ts';
import type { Action } from '../core/pod/action.ts';
import type { Fact, Result } from '../core/pod/fact.ts';
import type { PodInput } from '../core/pod/input.ts';
import type { Kept } from '../core/pod/kept.ts';
import type { Plan } from '../core/pod/plan.ts';
import type { Seen } from '../core/pod/seen.ts';
import type { Input, Want } from '../core/pod/want.ts';
import type { Secret } from '../kube/objects.ts';
import type { Tick, WallTime } from '../lib/time.ts';

/** One line of the journal. Inputs and decisions, enough to decide again and compare. */
export type Line =
  /** What the agent knows of the node; `begins`: with this line it started, and nothing is under way. */
  | { readonly line: 'node'; readonly node: NodeView; readonly begins: boolean }
  /** All that is known of one pod: at its first line, and again every now and then, since old lines go away. */
  | { readonly line: 'row'; readonly uid: string; readonly want: Want; readonly seen: Seen; readonly kept: Kept }
  | { readonly line: 'want'; readonly uid: string; readonly want: Want }
  | { readonly line: 'fact'; readonly uid: string; readonly fact: FactLine }
  | ({ readonly line: 'plan'; readonly uid: string } & Circumstances & { readonly decided: Decision })
  | { readonly line: 'gone'; readonly uid: string };

/** An outcome names its action by key: the action itself came out of an earlier decision. */
export type FactLine =
  | Exclude<Fact, { readonly kind: 'outcome' }>
  | {
      readonly kind: 'outcome';
      readonly key: string;
      readonly result: Result;
      readonly at: Tick;
      readonly wall: WallTime;
    };

/** What a plan depends on besides want, seen, kept and the node. */
export type Circumstances = Pick<PodInput, 'now' | 'wall' | 'slot' | 'admission' | 'predecessor'>;

/** A plan, as far as two of them are compared. */
export interface Decision {
  readonly stage: string;
  readonly actions: readonly string[];
  readonly waits: readonly string[];
  readonly wakeAt?: Tick;
  readonly wantsSlot: boolean;
}

export function decisionOf(plan: Plan): Decision {
  return {
    stage: plan.stage,
    actions: plan.actions.map(({ key }) => key),
    waits: plan.waits.map(({ code }) => code),
    ...(plan.wakeAt === undefined ? {} : { wakeAt: plan.wakeAt }),
    wantsSlot: plan.wantsSlot,
  };
}

export function circumstancesOf({ now, wall, slot, admission, predecessor }: PodInput): Circumstances {
  return { now, wall, slot, admission, ...(predecessor === undefined ? {} : { predecessor }) };
}

export function factLine(fact: Fact): FactLine {
  if (fact.kind !== 'outcome') return fact;
  const { action, ...rest } = fact;
  return { ...rest, key: action.key };
}

/** The fact of a line; undefined for an outcome of an action that is not known. */
export function factOf(line: FactLine, action: Action | undefined): Fact | undefined {
  if (line.kind !== 'outcome') return line;
  const { key: _, ...rest } = line;
  return action === undefined ? undefined : { ...rest, action };
}

/** A want whose Secrets have keys and no values. */
export function withoutSecrets(want: Want): Want {
  if (want.kind !== 'pod') return want;
  const secrets = Object.fromEntries(
    Object.entries(want.inputs.secrets).map(([name, secret]) => [name, blank(secret)]),
  );
  return { ...want, inputs: { ...want.inputs, secrets } };
}

function blank(secret: Input<Secret>): Input<Secret> {
  if (secret.kind === 'missing') return secret;
  const data = Object.fromEntries(Object.keys(secret.object.data).map((key) => [key, new Uint8Array()]));
  const { metadata, type, kind } = secret.object;
  const { name, namespace, uid } = metadata;
  return { kind: 'found', version: secret.version, object: { kind, type, metadata: { name, namespace, uid }, data } };
}

// Bytes are the only value in a line that JSON has no word for.
const bytesMark = '$bytes';

export function encodeLine(line: Line): string {
  return JSON.stringify(line, (_, value: unknown) =>
    value instanceof Uint8Array ? { [bytesMark]: [...value] } : value,
  );
}

/** Undefined for a line that was cut off or is none of ours. */
export function decodeLine(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text, (_, value: unknown) => {
      const bytes =
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[bytesMark] : undefined;
      return Array.isArray(bytes) ? Uint8Array.from(bytes) : value;
    });
    return typeof line === 'object' && line !== null && 'line' in line ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
