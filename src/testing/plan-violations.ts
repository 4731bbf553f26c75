import type { Action, StepKind } from '../core/pod/action.ts';
import type { PodInput } from '../core/pod/input.ts';
import { isLive } from '../core/pod/instances.ts';
import type { Kept } from '../core/pod/kept.ts';
import type { Plan } from '../core/pod/plan.ts';
import { hookName } from '../core/pod/record.ts';
import { after, seconds } from '../lib/time.ts';

/** Steps that make the pod run, or prepare it. */
const starting: ReadonlySet<StepKind> = new Set<StepKind>([
  'prepare',
  'mountVolume',
  'checkImage',
  'pullImage',
  'runSandbox',
  'createContainer',
  'startContainer',
]);

/** Steps that take something away or bring something up in the runtime. */
const changing: ReadonlySet<StepKind> = new Set<StepKind>([
  'runSandbox',
  'stopSandbox',
  'removeSandbox',
  'createContainer',
  'startContainer',
  'removeContainer',
]);

/** What is wrong with a plan by the rules that hold for every plan; empty for a sound one. */
export function planViolations(input: PodInput, plan: Plan): readonly string[] {
  const found = plan.actions.flatMap((action) => actionViolations(input, action));
  return [...found, ...wholePlanViolations(input, plan)];
}

function wholePlanViolations({ seen, now }: PodInput, plan: Plan): readonly string[] {
  const { actions, waits, wakeAt, stage } = plan;
  const found: string[] = [];
  const starts = actions.some(({ kind }) => kind === 'runSandbox' || kind === 'startContainer');
  const asks = waits.some(({ code }) => code === 'StartSlot');
  if ((starts || asks) && !plan.wantsSlot) found.push('I13: it starts something and asks for no slot');
  const targets = new Set(actions.map(({ target }) => target));
  const keys = new Set(actions.map(({ key }) => key));
  if (targets.size < actions.length || keys.size < actions.length) found.push('I9: two actions have one target or key');
  if (actions.length + waits.length === 0 && stage !== 'gone') found.push('I15: nothing to do, and no wait says why');
  if (wakeAt !== undefined && wakeAt <= now) found.push('I15: it asks to be woken in the past');
  for (const wait of waits) {
    if (!('until' in wait) || wait.code === 'ContainerStop' || wait.until <= now) continue;
    if (wakeAt === undefined || wakeAt > wait.until) found.push(`I15: nothing wakes it for ${wait.code}`);
  }
  const looks = actions.some(({ kind }) => kind === 'look') || seen.failures['runtime'] !== undefined;
  if (seen.look === 'first' && !looks) found.push('I14: an outcome is unknown, and no look is planned');
  return found;
}

function actionViolations(input: PodInput, action: Action): readonly string[] {
  const { seen, kept, slot } = input;
  const found: string[] = [];
  const say = (broken: boolean, words: string): void => {
    if (broken) found.push(`${words}: ${action.key}`);
  };
  const isStart = ['runSandbox', 'createContainer', 'startContainer'].includes(action.kind);
  say(starting.has(action.kind) && hasEnded(input), 'I7: a pod that ends starts something');
  say(isStart && kept.admitted !== true, 'I11: something starts before the pod is recorded as admitted');
  say(isStart && !slot.granted, 'I13: something starts without a slot');
  say(changing.has(action.kind) && seen.look === 'first', 'I14: something is changed while an outcome is unknown');
  say(!seen.observed && action.kind !== 'look', 'I14: something is done before the first look');
  return [...found, ...startViolations(input, action), ...endViolations(input, action)];
}

function hasEnded({ want, kept }: PodInput): boolean {
  const unwanted = want.kind === 'absent' || want.deletion !== undefined;
  return unwanted || kept.stopping !== undefined || kept.verdict !== undefined;
}

function startViolations({ seen, kept }: PodInput, action: Action): readonly string[] {
  switch (action.kind) {
    case 'runSandbox': {
      const { attempt } = action.config;
      const taken = seen.sandboxes.some((sandbox) => sandbox.attempt >= attempt);
      return [
        ...(kept.sandboxAttempt === attempt ? [] : [`I11: sandbox attempt ${attempt} is not recorded`]),
        ...(taken ? [`I1: sandbox attempt ${attempt} was made before`] : []),
        ...(seen.sandboxes.some(({ ready }) => ready) ? ['I1: another sandbox is ready'] : []),
      ];
    }
    case 'createContainer': {
      const { name, attempt } = action.config;
      const same = seen.containers.filter((container) => container.name === name);
      return [
        ...(kept.containers[name]?.attempt === attempt ? [] : [`I11: attempt ${attempt} of ${name} is not recorded`]),
        ...(same.some((one) => one.attempt >= attempt) ? [`I1: attempt ${attempt} of ${name} was made before`] : []),
        ...(same.some(isLive) ? [`I1: another instance of ${name} runs`] : []),
      ];
    }
    case 'startContainer': {
      const instance = seen.containers.find(({ id }) => id === action.id);
      const others = seen.containers.filter(({ name, id }) => name === action.container && id !== action.id);
      const sound = instance?.state === 'created' && kept.containers[action.container]?.attempt === instance.attempt;
      return [
        ...(sound ? [] : [`I11: ${action.key} starts what is not the recorded attempt`]),
        ...(others.some(isLive) ? [`I1: another instance of ${action.container} runs`] : []),
      ];
    }
    case 'runHook': {
      const { attempt } = seen.containers.find(({ id }) => id === action.id) ?? { attempt: -1 };
      const begun = seen.hooksBegun[hookName(action.container, attempt, action.hook)] !== undefined;
      return begun ? [] : [`I11: ${action.key} before it is recorded as begun`];
    }
    default:
      return [];
  }
}

function endViolations({ seen, kept, now }: PodInput, action: Action): readonly string[] {
  switch (action.kind) {
    case 'record':
      return recordViolations(kept, action.kept, seen.containers.some(isLive));
    case 'stopContainer': {
      const { stopping } = kept;
      const least = action.graceSeconds >= 2 ? [] : ['I7: a container gets less than 2 s to end'];
      if (stopping === undefined || action.graceSeconds <= 2) return least;
      const deadline = after(stopping.since, seconds(stopping.graceSeconds));
      // CRI counts whole seconds: what has begun of one is given in full, as upstream does.
      const most = after(now, seconds(action.graceSeconds - 1)) < deadline;
      return most ? least : [...least, 'I7: a container gets more than the grace that is left'];
    }
    case 'removeContainer': {
      const lives = seen.containers.some((one) => one.id === action.id && one.state === 'running');
      return lives ? ['I16: a running container is removed'] : [];
    }
    case 'removeSandbox': {
      const inside = seen.containers.some((one) => one.sandboxId === action.id && isLive(one));
      const ready = seen.sandboxes.some(({ id, ready: isReady }) => id === action.id && isReady);
      return inside || ready ? ['I16: a sandbox is removed in which something lives'] : [];
    }
    case 'stopSandbox':
      return seen.containers.some((one) => one.sandboxId === action.id && isLive(one))
        ? ['I7: a sandbox is stopped before its containers had their grace']
        : [];
    case 'removeData':
    case 'removeCgroup':
      return seen.containers.some(isLive) ? [`I16: ${action.key} under a live container`] : [];
    default:
      return [];
  }
}

/** What is wrong with going from one row of the ledger to another; `live` when a container of the pod may run. */
export function recordViolations(before: Kept, next: Kept, live: boolean): readonly string[] {
  const found: string[] = [];
  const say = (broken: boolean, words: string): void => {
    if (broken) found.push(words);
  };
  say(next.revision !== before.revision + 1, 'I17: a revision is left out');
  say((next.sandboxAttempt ?? -1) < (before.sandboxAttempt ?? -1), 'I17: the sandbox attempt goes back');
  for (const [name, row] of Object.entries(before.containers)) {
    say((next.containers[name]?.attempt ?? -1) < row.attempt, `I17: the attempt of ${name} goes back`);
  }
  say(before.admitted !== undefined && next.admitted !== before.admitted, 'I17: admission is decided twice');
  say(before.startTime !== undefined && next.startTime !== before.startTime, 'I17: the start time changes');
  const verdictStays = before.verdict === undefined || before.verdict === next.verdict;
  say(!verdictStays, 'I3: a verdict changes');
  say(before.verdict === undefined && next.verdict !== undefined && live, 'I5: a verdict while a container may run');
  if (before.stopping !== undefined) {
    const old = after(before.stopping.since, seconds(before.stopping.graceSeconds));
    const { stopping } = next;
    const longer = stopping === undefined || after(stopping.since, seconds(stopping.graceSeconds)) > old;
    say(longer, 'I7: a stop is taken back, or its grace gets longer');
  }
  return found;
}
