import type { WantedPod } from '../../core/pod/want.ts';
import type { PodUid } from '../../kube/meta.ts';
import type { Clock } from '../../lib/clock.ts';
import type { WallTime } from '../../lib/time.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PodSource, SourceProblem, SourceSnapshot } from '../../ports/pod-source.ts';
import { PortError } from '../../ports/port-error.ts';
import { Notice } from '../notice.ts';
import { resolve } from '../pod/resolve.ts';
import { BackOff } from './back-off.ts';
import type { TellOfNode } from './tell.ts';

export interface ProblemSince extends SourceProblem {
  readonly since: WallTime;
}

export interface SourcesPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tell: TellOfNode;
}

/** Where the pods come from, taken together. A session for each source; the whole is resolved anew after each change. */
export class Sources {
  readonly #sources: readonly PodSource[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tellOfNode: TellOfNode;
  readonly #latest = new Map<PodSource, SourceSnapshot>();
  #problems = new Map<string, ProblemSince>();
  #publish: ((wanted: ReadonlyMap<PodUid, WantedPod>, reported: boolean) => void) | undefined;
  /** Given after each snapshot. */
  readonly changed: Notice = new Notice();

  constructor(sources: readonly PodSource[], { clock, logger, tell }: SourcesPorts) {
    this.#sources = sources;
    this.#clock = clock;
    this.#logger = logger;
    this.#tellOfNode = tell;
  }

  /** Every source has told what it has at least once. */
  get reported(): boolean {
    return this.#latest.size === this.#sources.length;
  }

  get problems(): readonly ProblemSince[] {
    return [...this.#problems.values()];
  }

  /** Hands out what is there, and from now on each change. */
  publishTo(publish: (wanted: ReadonlyMap<PodUid, WantedPod>, reported: boolean) => void): void {
    this.#publish = publish;
    this.#tell();
  }

  /** Reads one source until the signal. */
  async read(source: PodSource, signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#clock);
    while (true) {
      try {
        for await (const snapshot of source.snapshots(signal)) {
          backOff.reset();
          this.#take(source, snapshot);
        }
      } catch (error) {
        if (signal.aborted || !(error instanceof PortError)) throw error;
        this.#logger.warn('a source of pods is away; what it told last goes on', { error: error.message });
      }
      await backOff.pause(signal);
    }
  }

  /** Resolves once every source has reported. */
  async allReported(signal: AbortSignal): Promise<void> {
    let seen = this.changed.count;
    while (!this.reported) seen = await this.changed.after(seen, signal);
  }

  #take(source: PodSource, snapshot: SourceSnapshot): void {
    this.#latest.set(source, snapshot);
    this.#note();
    this.#tell();
    this.changed.give();
  }

  #tell(): void {
    const inOrder = this.#sources.map((source) => this.#latest.get(source)).filter((each) => each !== undefined);
    this.#publish?.(resolve(inOrder), this.reported);
  }

  // A problem keeps its beginning while it stands, and is told when it begins; a file is told of when its last one ends.
  #note(): void {
    const before = this.#problems;
    this.#problems = new Map();
    for (const problem of [...this.#latest.values()].flatMap(({ problems }) => problems)) {
      const key = JSON.stringify(problem);
      const known = before.get(key);
      this.#problems.set(key, known ?? { ...problem, since: this.#clock.wall() });
      if (known !== undefined) continue;
      const where = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
      const message = `${where}: ${problem.reason}`;
      if (problem.warning) {
        this.#logger.info(message);
        continue;
      }
      this.#logger.warn(message);
      this.#tellOfNode(problem.file, { type: 'Warning', reason: 'FailedValidation', message });
    }
    const faulty = faultyFiles(this.problems);
    for (const file of faultyFiles(before.values())) {
      if (faulty.has(file)) continue;
      const message = `${file}: nothing is wrong with it any more`;
      this.#logger.info(message);
      this.#tellOfNode(file, { type: 'Normal', reason: 'Validated', message });
    }
  }
}

function faultyFiles(problems: Iterable<ProblemSince>): ReadonlySet<string> {
  return new Set([...problems].flatMap(({ file, warning }) => (warning ? [] : [file])));
}
