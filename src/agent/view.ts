import type { NodeView } from '../core/node/view.ts';
import { logDirectory, logPath } from '../core/pod/paths.ts';
import type { ContainerSeen } from '../core/pod/seen.ts';
import { rfc3339 } from '../lib/rfc3339.ts';
import { after, type Milliseconds, milliseconds, type WallTime } from '../lib/time.ts';
import { PortError } from '../ports/port-error.ts';
import type { Ports } from '../ports/ports.ts';
import type { RuntimeStatus } from '../ports/runtime.ts';
import type {
  AgentView,
  Answer,
  EventRow,
  ExecRequest,
  Explanation,
  LogRequest,
  NodeFigures,
  NodeReport,
  PodRow,
  ProblemRow,
  PullRow,
} from '../server/view.ts';
import type { EventObject, Events } from './events.ts';
import type { Progress } from './image/progress.ts';
import type { Pulls } from './image/pulls.ts';
import type { Loop } from './loop.ts';
import { readFigures } from './node/figures.ts';
import type { AgentConfig } from './node/node-view.ts';
import type { RuntimeHealth } from './node/runtime-health.ts';
import type { Sources } from './node/sources.ts';
import { Notice } from './notice.ts';
import { type Moment, podRow, timelineRows } from './pod/pod-row.ts';
import { nameOf, type Row } from './pod/row.ts';

/** What the view looks at once the agent has begun. */
export interface Begun {
  readonly node: NodeView;
  readonly loop: Loop;
  readonly pulls: Pulls;
  readonly progress: Progress;
}

export interface ViewOptions {
  readonly config: AgentConfig;
  readonly version: string;
  readonly startedAt: WallTime;
  /** The node's name, before the machine was asked. */
  readonly name: string;
  readonly health: RuntimeHealth;
  readonly sources: Sources;
  readonly events: Events;
}

// A watcher that looks ten times a second sees as much as a person can.
const pace: Milliseconds = milliseconds(100);

/** What the server and the commands see of the agent. Reads only; nothing in it is kept. */
export class View implements AgentView {
  readonly #options: ViewOptions;
  readonly #ports: Ports;
  readonly #changed: Notice = new Notice();
  #begun: Begun | undefined;
  // What the agent waits for before it can begin.
  #holdUp = 'the agent is starting';

  constructor(options: ViewOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  begin(begun: Begun): void {
    this.#begun = begun;
    this.#holdUp = '';
    this.#changed.give();
  }

  /** Says why the agent has not begun yet. */
  heldUp(reason: string): void {
    this.#holdUp = reason;
    this.#changed.give();
  }

  /** Passes on that something it shows has changed. */
  touch(): void {
    this.#changed.give();
  }

  node(): NodeReport {
    const { version, startedAt, name, health } = this.#options;
    const { status } = health;
    const node = this.#begun?.node;
    const reasons = this.#holdUp === '' ? health.reasons : [this.#holdUp, ...health.reasons];
    return {
      name: node?.name ?? name,
      version,
      ready: reasons.length === 0,
      reasons,
      runtime: status === undefined ? '' : `${status.name} ${status.version}`,
      network: status === undefined ? '' : networkText(status),
      startedAt: rfc3339(startedAt),
      allocatable: {
        cpuMilli: node?.allocatable.cpu ?? 0,
        memoryBytes: node?.allocatable.memory ?? 0,
        pods: node?.allocatable.pods ?? 0,
      },
    };
  }

  async figures(signal: AbortSignal): Promise<Answer<NodeFigures>> {
    try {
      const input = { config: this.#options.config, rows: this.#rows, report: this.node() };
      return { ok: true, value: await readFigures(input, this.#ports, signal) };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  pods(): readonly PodRow[] {
    const moment = this.#moment();
    return this.#rows
      .map((row) => podRow(row, moment))
      .filter((row) => row !== undefined)
      .sort((a, b) => a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name));
  }

  explain(name: string): Explanation | undefined {
    const [row] = this.#named(name);
    const moment = this.#moment();
    const pod = row === undefined ? undefined : podRow(row, moment);
    return row === undefined || pod === undefined ? undefined : { pod, timeline: timelineRows(row, moment) };
  }

  problems(): readonly ProblemRow[] {
    return this.#options.sources.problems.map(({ since, ...problem }) => ({ ...problem, since: rfc3339(since) }));
  }

  events(pod?: string): readonly EventRow[] {
    const { name: node } = this.node();
    return this.#options.events.all
      .filter(({ object }) => pod === undefined || isNamed(object, pod))
      .map(({ type, reason, object, message, count, first, last }) => ({
        type,
        reason,
        object: object.kind === 'Node' ? `node/${node}` : `pod/${object.name}`,
        namespace: object.namespace,
        message,
        count,
        first: rfc3339(first),
        last: rfc3339(last),
      }));
  }

  pulls(): readonly PullRow[] {
    const bytes = this.#begun?.progress.bytes;
    return (this.#begun?.pulls.views ?? []).map(({ image, pods, since }) => {
      const row: PullRow = { image, pods, since: rfc3339(since) };
      if (bytes?.image !== image) return row;
      const { doneBytes, totalBytes, bytesPerSecond } = bytes;
      return { ...row, doneBytes, totalBytes, bytesPerSecond };
    });
  }

  logFile({ pod, container, previous }: LogRequest): Answer<{ readonly path: string; readonly running: boolean }> {
    const found = this.#container(pod, container);
    if (!found.ok) return found;
    const { row, records, name } = found.value;
    // While a container waits to be started again, the instance that ended last is already the earlier one.
    const waits = row.status?.containerStatuses.find((status) => status.name === name)?.state.waiting !== undefined;
    const record = previous && !waits ? records[1] : records[0];
    if (record === undefined) {
      const which = previous ? 'no earlier instance' : 'not started yet';
      return { ok: false, message: `cannot read the log of container ${name} in pod ${pod}: it has ${which}` };
    }
    const [namespace = '', podName = ''] = (nameOf(row) ?? '').split('/');
    const directory = logDirectory(found.value.node, namespace, podName, row.uid);
    const path = `${directory}/${logPath(name, record.attempt)}`;
    return { ok: true, value: { path, running: record.state === 'running' } };
  }

  async exec(request: ExecRequest, signal: AbortSignal): Promise<Answer<{ readonly url: string }>> {
    const found = this.#container(request.pod, request.container);
    if (!found.ok) return found;
    const { records, name } = found.value;
    const record = records.find(({ state }) => state === 'running');
    if (record === undefined) {
      const state = records[0]?.state ?? 'not there';
      return { ok: false, message: `cannot exec in container ${name} of pod ${request.pod}: it is ${state}` };
    }
    const { command, stdin, tty } = request;
    const streams = { id: record.id, command, stdin, tty, stdout: true, stderr: !tty };
    try {
      return { ok: true, value: { url: await this.#ports.runtime.streams.exec(streams, signal) } };
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return { ok: false, message: error.message };
    }
  }

  async *changes(signal: AbortSignal): AsyncIterable<void> {
    const { clock } = this.#ports;
    let seen = this.#changed.count;
    while (true) {
      seen = await this.#changed.after(seen, signal);
      yield;
      await clock.at(after(clock.now(), pace), signal);
    }
  }

  get #rows(): readonly Row[] {
    return [...(this.#begun?.loop.rows.values() ?? [])];
  }

  #moment(): Moment {
    return { now: this.#ports.clock.now(), wall: this.#ports.clock.wall() };
  }

  // Newest first: an old pod that ends comes after the one that takes its place.
  #named(name: string): readonly Row[] {
    const matches = (row: Row): boolean => {
      const full = nameOf(row);
      return full !== undefined && (full === name || full.endsWith(`/${name}`));
    };
    return this.#rows.filter(matches).sort((a, b) => b.order - a.order);
  }

  #container(
    pod: string,
    wanted: string | undefined,
  ): Answer<{ row: Row; name: string; node: NodeView; records: readonly ContainerSeen[] }> {
    const [row] = this.#named(pod);
    const node = this.#begun?.node;
    if (row === undefined || node === undefined) return { ok: false, message: `cannot find pod ${pod}: no such pod` };
    const names = containerNames(row);
    const name = wanted ?? names[0];
    if (name === undefined || !names.includes(name)) {
      const known = names.length === 0 ? 'it has none' : `its containers are ${names.join(', ')}`;
      return { ok: false, message: `cannot find container ${name ?? ''} of pod ${pod}: ${known}` };
    }
    const records = row.seen.containers.filter((container) => container.name === name);
    return { ok: true, value: { row, name, node, records } };
  }
}

function networkText({ networkReady, networkNotReadyReason, networkConfig }: RuntimeStatus): string {
  if (!networkReady) return networkNotReadyReason;
  return networkConfig === undefined ? 'ready' : `ready: ${networkConfig}`;
}

function isNamed({ kind, namespace, name }: EventObject, wanted: string): boolean {
  return kind === 'Pod' && (name === wanted || `${namespace}/${name}` === wanted);
}

// Main containers first: without a name the first of them is meant.
function containerNames({ want, seen }: Row): readonly string[] {
  if (want.kind === 'absent') return [...new Set(seen.containers.map(({ name }) => name))];
  const { containers, initContainers = [] } = want.pod.spec;
  return [...containers, ...initContainers].map(({ name }) => name);
}
