import { copyFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../../lib/host/processes.ts';
import { PortError } from '../../ports/port-error.ts';
import { type Lifeline, openLifeline } from './answers.ts';
import { prepareMachine } from './before.ts';
import { type Binaries, findBinaries } from './find.ts';
import { importImages } from './import-image.ts';
import { findInstance, type Instance, spawnInstance, stopInstance, writeConfig } from './instance.ts';
import { type ContainerdOptions, pathsOf } from './options.ts';

/** A containerd that answers. */
interface Running {
  readonly instance: Instance;
  readonly lifeline: Lifeline;
  readonly startedAt: number;
}

// A first start on a slow disk took 3 s; after this long something is wrong, and its log says what.
const longestStart = 60_000;
const pollEvery = 20;
const firstBackOff = 100;
const longestBackOff = 10_000;
// One that lived this long was well: the next end is a new fault, not the same one again.
const healthyAfter = 10_000;
const logLimitBytes = 10 * 1024 * 1024;
const lookAtLogEvery = 60_000;

/** A session: runs until its signal is aborted. */
export type Session = (signal: AbortSignal) => Promise<void>;

/**
 * Brings up the embedded containerd, or adopts the one that already runs on this state directory.
 *
 * Resolves when it answers and has the sandbox image, with the session that keeps it so. Rejects `refused` when programs
 * are missing and `unavailable` when it does not come up: at this point a person waits, and wants to know.
 */
export async function startEmbedded(options: ContainerdOptions, signal: AbortSignal): Promise<Session> {
  const binaries = await findBinaries(options, signal);
  const first = await startContainerd(options, binaries, signal);
  return (session) => keepRunning(options, binaries, first, session);
}

/** Starts the embedded containerd and keeps it running until the signal is aborted. */
export async function superviseContainerd(options: ContainerdOptions, signal: AbortSignal): Promise<void> {
  const session = await startEmbedded(options, signal);
  await session(signal);
}

/**
 * Starts containerd whenever it has ended, at once at first and with a growing delay (100 ms to 10 s) after.
 *
 * It leaves containerd running when the signal is aborted: pods outlive nodelet.
 */
async function keepRunning(
  options: ContainerdOptions,
  binaries: Binaries,
  first: Running,
  signal: AbortSignal,
): Promise<void> {
  let running: Running | undefined = first;
  let backOff = 0;
  while (!signal.aborted) {
    try {
      running ??= await startContainerd(options, binaries, signal);
      await watchUntilClosed(options, running, signal);
      if (signal.aborted) return;
      if (performance.now() - running.startedAt > healthyAfter) backOff = 0;
      if (!isAlive(running.instance.process))
        options.report({ kind: 'ended', pid: running.instance.process.pid, nextTryMs: backOff });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PortError)) throw error;
      backOff = Math.max(backOff, firstBackOff);
      options.report({ kind: 'failed', message: error.message, nextTryMs: backOff });
    }
    running = undefined;
    await delay(backOff, undefined, { signal }).catch(() => undefined);
    backOff = Math.min(longestBackOff, Math.max(firstBackOff, backOff * 2));
  }
}

/** Makes one containerd with the right configuration answer: adopts it, or starts it. */
async function startContainerd(options: ContainerdOptions, binaries: Binaries, signal: AbortSignal): Promise<Running> {
  const startedAt = performance.now();
  const config = writeConfig(options, binaries);
  await prepareMachine(options, signal);
  const found = findInstance(options);
  const fits = found !== undefined && found.config === config;
  if (found !== undefined && !fits) {
    const why = `it runs with ${found.config}, which is no longer the configuration`;
    options.report({ kind: 'replaced', pid: found.process.pid, why });
    await stopInstance(found, signal);
  }
  const instance = fits ? found : await spawnInstance(options, binaries, config);
  const lifeline = await waitUntilAnswers(options, instance, signal);
  try {
    await importImages(options, binaries, signal);
  } catch (error) {
    lifeline[Symbol.dispose]();
    throw error;
  }
  const { pid } = instance.process;
  const version = binaries.version.text;
  if (fits) options.report({ kind: 'adopted', pid, version });
  else options.report({ kind: 'started', pid, version, tookMs: Math.round(performance.now() - startedAt) });
  return { instance, lifeline, startedAt };
}

async function waitUntilAnswers(
  options: ContainerdOptions,
  instance: Instance,
  signal: AbortSignal,
): Promise<Lifeline> {
  const paths = pathsOf(options);
  for (let waited = 0; waited < longestStart; waited += pollEvery) {
    const lifeline = await openLifeline(paths.socket, signal);
    if (lifeline !== undefined) return lifeline;
    if (!isAlive(instance.process)) {
      throw new PortError('unavailable', `cannot start containerd: it ended at once: ${lastFault(paths.log)}`);
    }
    await delay(pollEvery, undefined, { signal });
  }
  // A containerd that hangs is ended, so that the next try is a new one.
  await stopInstance(instance, signal);
  throw new PortError(
    'unavailable',
    `cannot start containerd: no answer on ${paths.socket} for ${longestStart / 1000} s; its log is ${paths.log}`,
  );
}

async function watchUntilClosed(options: ContainerdOptions, running: Running, signal: AbortSignal): Promise<void> {
  const { log } = pathsOf(options);
  // containerd keeps its log open and appends: only cutting it in place bounds it.
  const timer = setInterval(() => {
    if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) <= logLimitBytes) return;
    copyFileSync(log, `${log}.1`);
    truncateSync(log, 0);
  }, lookAtLogEvery);
  timer.unref();
  const abort = (): void => running.lifeline[Symbol.dispose]();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await running.lifeline.closed;
    // The connection closes while the process is still on its way out.
    if (!signal.aborted) await delay(pollEvery, undefined, { signal }).catch(() => undefined);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** The last error that containerd wrote: the line a person would look for in its log. */
function lastFault(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-50);
  const fault = lines.findLast((line) => /level=(error|fatal)|^containerd: /.test(line)) ?? lines.at(-1) ?? '';
  return `${fault.slice(0, 500)} (in ${log})`;
}
