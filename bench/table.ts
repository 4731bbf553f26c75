import type { Floor } from './floor.ts';

/** All that one run measured. Times in milliseconds. */
export interface Report {
  readonly pods: number;
  readonly inFlight: number;
  /** The machine's load when the run ended: what ran beside. */
  readonly load: number;
  readonly one: readonly {
    readonly bare: { readonly up: number; readonly down: number };
    readonly up: number;
    readonly down: number;
  }[];
  readonly many: readonly {
    readonly bare: Floor;
    readonly all: number;
    readonly each: readonly number[];
    readonly gone: number;
    /** CPU of the agent for each pod that it started. */
    readonly cpu: number;
  }[];
  readonly idle: {
    readonly seconds: number;
    readonly cpuPercent: number;
    readonly programsStarted: number | undefined;
    readonly memory: { readonly now: number; readonly peak: number };
  };
  readonly restart: { readonly tookMs: number; readonly sameContainers: boolean };
}

/** The table of the README: medians, and the median of the ratios of each pair. */
export function table({ one, many, idle, restart, pods, load }: Report): string {
  const rows: readonly (readonly [string, string, string, string])[] = [
    pair(
      'manifest written → container running',
      one.map(({ bare, up }) => [bare.up, up]),
    ),
    pair(
      'manifest removed → sandbox removed',
      one.map(({ bare, down }) => [bare.down, down]),
    ),
    pair(
      `${pods} pods at once: all running`,
      many.map(({ bare, all }) => [bare.allRunning, all]),
    ),
    pair(
      '… the median pod of those',
      many.map(({ bare, each }) => [bare.sinceStart.p50, p50(each)]),
    ),
    pair(
      `${pods} pods removed: all gone`,
      many.map(({ bare, gone }) => [bare.allGone, gone]),
    ),
    [
      `… the median pod, as a part of all running`,
      '–',
      p50(many.map(({ all, each }) => p50(each) / all)).toFixed(2),
      '–',
    ],
    [`CPU of nodelet for each of ${pods} pods started`, '–', ms(p50(many.map(({ cpu }) => cpu))), '–'],
    [`idle with ${pods} pods, ${idle.seconds} s: CPU of one core`, '–', `${idle.cpuPercent.toFixed(2)} %`, '–'],
    [
      '… programs started meanwhile',
      '–',
      idle.programsStarted === undefined ? 'no strace here' : String(idle.programsStarted),
      '–',
    ],
    [
      `memory with ${pods} pods: now, peak`,
      '–',
      `${idle.memory.now.toFixed(0)}, ${idle.memory.peak.toFixed(0)} MiB`,
      '–',
    ],
    [
      `kill -9 with ${pods} pods → all seen ready again`,
      '–',
      ms(restart.tookMs),
      restart.sameContainers ? 'same containers' : 'CONTAINERS CHANGED',
    ],
  ];
  return [
    '| | raw CRI calls | nodelet | ratio |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `Load of the machine at the end: ${load.toFixed(1)}.`,
  ].join('\n');
}

function pair(
  what: string,
  pairs: readonly (readonly [bare: number, ours: number])[],
): [string, string, string, string] {
  const ratio = p50(pairs.map(([bare, ours]) => ours / bare));
  return [what, ms(p50(pairs.map(([bare]) => bare))), ms(p50(pairs.map(([, ours]) => ours))), `${ratio.toFixed(2)} ×`];
}

function p50(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
