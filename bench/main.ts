import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TestNode } from '../e2e/harness.ts';
import { type Floor, measureFloor } from './floor.ts';
import { cpuTime, forks, memory } from './process.ts';
import { Starts } from './starts.ts';
import { type Report, table } from './table.ts';

// node bench/main.ts [--pods 100] [--rounds 2] [--singles 15] [--idle 60] [--json FILE]
// Manifest written -> container running, against the same CRI calls made bare, on one containerd in one run.
const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '2' },
    singles: { type: 'string', default: '15' },
    idle: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
const pods = Number(values.pods);
const rounds = Number(values.rounds);
const singles = Number(values.singles);
const idle = Number(values.idle);
const image = 'localhost/nodelet/busybox:1';
const inFlight = 3;

function manifest(name: string): string {
  const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 100000 & wait'];
  const resources = { requests: { cpu: '2m' } };
  const container = { name: 'c', image, command, imagePullPolicy: 'IfNotPresent', resources };
  const spec = { terminationGracePeriodSeconds: 5, containers: [container] };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

async function floor(node: TestNode, count: number, atOnce: number): Promise<Floor> {
  return await measureFloor({ socket: node.runtimeSocket, pods: count, inFlight: atOnce, image });
}

/** One bare pod, one of nodelet's, in turn: what else the machine does meanwhile, it does to both. */
async function oneByOne(node: TestNode, starts: Starts): Promise<Report['one']> {
  const rounds: Report['one'][number][] = [];
  for (let index = 0; index < singles; index += 1) {
    const bare = await floor(node, 1, 1);
    starts.reset();
    const written = performance.now();
    node.write('single.json', manifest(`single-${index}`));
    const up = (await starts.running(1)) - written;
    await sleep(300);
    const removed = performance.now();
    node.remove('single.json');
    const down = (await starts.gone(1)) - removed;
    rounds.push({ bare: { up: bare.pod.p50, down: bare.end.p50 }, up, down });
    await sleep(200);
  }
  return rounds;
}

async function manyUp(node: TestNode, starts: Starts): Promise<{ readonly all: number; readonly each: number[] }> {
  starts.reset();
  const written = performance.now();
  node.write('many.yaml', Array.from({ length: pods }, (_, index) => manifest(`many-${index}`)).join('\n---\n'));
  const all = (await starts.running(pods)) - written;
  return { all, each: starts.moments.map((at) => at - written) };
}

async function manyDown(node: TestNode, starts: Starts): Promise<number> {
  starts.reset();
  const removed = performance.now();
  node.remove('many.yaml');
  return (await starts.gone(pods)) - removed;
}

async function quiet(pid: number): Promise<Report['idle']> {
  await sleep(5000);
  const before = cpuTime(pid);
  await sleep(idle * 1000);
  const cpu = (cpuTime(pid) - before) / (idle * 10);
  return { seconds: idle, cpuPercent: cpu, programsStarted: await forks(pid, Math.min(idle, 20)), memory: memory(pid) };
}

async function restart(node: TestNode): Promise<Report['restart']> {
  const before = JSON.stringify(
    node
      .pods()
      .map((pod) => pod.containers.map(({ id }) => id))
      .sort(),
  );
  await node.kill();
  const begin = performance.now();
  node.start();
  await node.ready(pods);
  const took = performance.now() - begin;
  const after = JSON.stringify(
    node
      .pods()
      .map((pod) => pod.containers.map(({ id }) => id))
      .sort(),
  );
  return { tookMs: Math.round(took), sameContainers: before === after };
}

async function measure(): Promise<Report> {
  await using node = new TestNode('bench');
  node.start();
  await node.until('the runtime is up', () => node.isUp());
  const starts = new Starts(node.runtimeSocket);
  const pid = node.agentPid();
  await sleep(1000);
  const one = await oneByOne(node, starts);
  const many: Report['many'][number][] = [];
  let rest: Report['idle'] | undefined;
  let again: Report['restart'] | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const bare = await floor(node, pods, inFlight);
    const before = cpuTime(node.agentPid());
    const up = await manyUp(node, starts);
    const cpu = (cpuTime(node.agentPid()) - before) / pods;
    if (round === 0) {
      rest = await quiet(pid);
      again = await restart(node);
    }
    many.push({ bare, ...up, cpu, gone: await manyDown(node, starts) });
    await sleep(1000);
  }
  await starts.end();
  if (rest === undefined || again === undefined) throw new Error('--rounds must be at least 1');
  return { pods, inFlight, load: loadavg()[0] ?? 0, one, many, idle: rest, restart: again };
}

const report = await measure();
console.log(table(report));
if (values.json !== undefined) writeFileSync(resolve(values.json), `${JSON.stringify(report, null, 2)}\n`);
