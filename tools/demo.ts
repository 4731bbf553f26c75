/**
 * Runs the examples on this machine and checks for real what nodelet promises: `script/demo --once`.
 *
 * It uses nodelet's default folders, as a person would, and a copy of the examples, which it edits.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRow, PodRow } from '../src/server/view.ts';
import { leftBehind, networkNamespaceOf, tracesOnMachine } from './leftovers.ts';

const project: string = join(import.meta.dirname, '..');
const nodelet: string = join(project, 'bin/nodelet');
const work: string = mkdtempSync(join(tmpdir(), 'nodelet-demo-'));
const manifests: string = join(work, 'examples');
const log: string = join(work, 'nodelet.log');
const page = 'http://127.0.0.1:8088/';
const names: readonly string[] = ['client', 'job', 'web', 'worker'];

let agent: ChildProcess | undefined;
/** The network namespaces that the examples' pods were seen in. */
const namespaces = new Set<number>();

/** A check that failed, with what was seen. */
class Failed extends Error {}

async function main(): Promise<void> {
  if (answers()) throw new Failed('nodelet runs already on this machine: end it first, then run: nodelet down');
  const before = tracesOnMachine(namespaces);
  cpSync(join(project, 'examples'), manifests, { recursive: true });
  try {
    await runExamples();
    await checkPage();
    await checkEdit();
    await checkRestart();
    await checkCrash();
    await checkRemoval();
  } finally {
    await end('SIGTERM');
    execFileSync(nodelet, ['down'], { stdio: 'inherit' });
  }
  const left = leftBehind(before, tracesOnMachine(namespaces));
  if (left.length > 0) throw new Failed(`after nodelet down this is left:\n${left.join('\n')}`);
  say('after `nodelet down` nothing is left: mounts, cgroups, networks, firewall rules, processes, logs');
}

async function runExamples(): Promise<void> {
  const began = performance.now();
  start();
  await until('every example is ready or has succeeded', 120_000, () => {
    const rows = pods();
    return names.every((name) => rows.some((pod) => pod.name === name && settled(pod)));
  });
  say(`all examples are up after ${Math.round(performance.now() - began)} ms`);
  execFileSync(nodelet, ['ps'], { stdio: 'inherit' });
  const running = pods().flatMap((row) => row.containers.filter(({ kind, ready }) => kind === 'main' && ready));
  for (const row of running) namespaces.add(networkNamespaceOf(processOf(row)));
}

async function checkPage(): Promise<void> {
  const address = `http://${pod('web').ip}/`;
  for (const url of [address, page]) {
    await until(`${url} answers with the page`, 5_000, async () => (await body(url)).includes('Hello from a pod'));
    say(`${url} answers with the page of the ConfigMap`);
  }
  const told = execFileSync(nodelet, ['logs', 'client'], { encoding: 'utf8' });
  if (!told.includes('hello nora')) throw new Failed(`the client has not got its Secret; its log says: ${told}`);
  say('the client got its Secret');
}

async function checkEdit(): Promise<void> {
  const file = join(manifests, 'web.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('Hello from a pod', 'Hello from an edited page'));
  const took = await until('the edited page is served', 10_000, async () =>
    (await body(page)).includes('an edited page'),
  );
  // The promise is a second; a request and this loop's own step are on top of it.
  if (took > 1_100) throw new Failed(`the edited ConfigMap was served after ${took} ms, not within a second`);
  say(`an edited ConfigMap is served after ${took} ms`);
}

async function checkRestart(): Promise<void> {
  const before = container('web', 'httpd');
  process.kill(processOf(before), 'SIGKILL');
  const took = await until('the killed container runs again', 30_000, () => {
    const now = container('web', 'httpd');
    return now.restarts === before.restarts + 1 && now.ready;
  });
  say(`a killed container runs again after ${took} ms, with one restart more`);
}

async function checkCrash(): Promise<void> {
  const before = containersById();
  await end('SIGKILL');
  if (!(await body(page)).includes('an edited page')) throw new Failed('the pods did not outlive nodelet');
  start();
  await until(
    'nodelet answers again after kill -9',
    30_000,
    () => pods().length === names.length && pods().every(settled),
  );
  const after = containersById();
  if (after !== before) throw new Failed(`kill -9 of nodelet changed containers:\n${before}\nbecame\n${after}`);
  say('kill -9 of nodelet and a new start: no container was restarted');
}

async function checkRemoval(): Promise<void> {
  rmSync(join(manifests, 'secret.yaml'));
  const took = await until(
    'the pod of a removed file is gone',
    30_000,
    () => !pods().some(({ name }) => name === 'client'),
  );
  say(`the pod of a removed file is gone after ${took} ms`);
}

function start(): void {
  const out = openSync(log, 'a');
  agent = spawn(nodelet, ['up', manifests], { stdio: ['ignore', out, out] });
}

async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const running = agent;
  agent = undefined;
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const gone = new Promise((resolve) => running.once('exit', resolve));
  running.kill(signal);
  await gone;
}

/** Waits until the condition holds and gives the milliseconds that it took; fails with the pods and the end of the log. */
async function until(what: string, limit: number, condition: () => boolean | Promise<boolean>): Promise<number> {
  const began = performance.now();
  for (;;) {
    if (await condition()) return Math.round(performance.now() - began);
    const died = agent !== undefined && (agent.exitCode ?? agent.signalCode) !== null;
    if (died || performance.now() - began > limit) {
      const tail = readFileSync(log, 'utf8').split('\n').slice(-30).join('\n');
      const why = died ? 'nodelet has ended' : `not within ${limit / 1000} s`;
      throw new Failed(`${what}: ${why}\n${table()}\nThe end of nodelet's log:\n${tail}`);
    }
    await sleep(20);
  }
}

function answers(): boolean {
  try {
    execFileSync(nodelet, ['ps', '-o', 'json'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function table(): string {
  try {
    return execFileSync(nodelet, ['ps'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return 'nodelet ps has no answer';
  }
}

function pods(): readonly PodRow[] {
  try {
    const answer = execFileSync(nodelet, ['ps', '-o', 'json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const state: { readonly pods: readonly PodRow[] } = JSON.parse(answer);
    return state.pods;
  } catch {
    return [];
  }
}

function pod(name: string): PodRow {
  const found = pods().find((row) => row.name === name);
  if (found === undefined) throw new Failed(`nodelet ps does not show the pod ${name}`);
  return found;
}

function container(podName: string, name: string): ContainerRow {
  const found = pod(podName).containers.find((row) => row.name === name);
  if (found === undefined) throw new Failed(`nodelet ps does not show the container ${name} of ${podName}`);
  return found;
}

function settled(row: PodRow): boolean {
  return row.status.phase === 'Succeeded' || (row.ready.of > 0 && row.ready.containers === row.ready.of);
}

function containersById(): string {
  const rows = pods().flatMap((row) =>
    row.containers.map(({ name, id, restarts }) => `${row.name}/${name} ${id} restarts ${restarts}`),
  );
  return rows.sort().join('\n');
}

/** The process that a container began with: the lowest of those whose cgroup names the container. */
function processOf(row: ContainerRow): number {
  const id = row.id.replace(/^.*:\/\//, '');
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
    .find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id);
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Failed(`no process runs in the container ${row.name} (${id})`);
  return found;
}

async function body(url: string): Promise<string> {
  try {
    const response = await fetch(url);
    return await response.text();
  } catch {
    return '';
  }
}

function say(line: string): void {
  console.log(`ok  ${line}`);
}

try {
  await main();
  rmSync(work, { recursive: true });
  console.log('The demo did all that it promises.');
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  console.error(`FAILED  ${error.message}\nThe whole log: ${log}`);
  process.exitCode = 1;
}
