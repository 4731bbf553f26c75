import type { Floor } from './floor.ts';

/** All that one run measured. Times in milliseconds. */
export interface Report {
  readonly pods: number;
  readonly inFlight: number;
  readonly floor: { readonly before: Floor; readonly after: Floor; readonly many: Floor };
  readonly one: { readonly up: readonly number[]; readonly down: readonly number[] };
  readonly many: { readonly all: number; readonly each: readonly number[]; readonly gone: number };
  readonly idle: {
    readonly seconds: number;
    readonly cpuPercent: number;
    readonly programsStarted: number | undefined;
    readonly memory: { readonly now: number; readonly peak: number };
  };
  readonly restart: { readonly tookMs: number; readonly sameContainers: boolean };
}

/** The table of the README. */
export function table(report: Report): string {
  const { floor, one, many, idle, restart, pods } = report;
  const single = (floor.before.pod.p50 + floor.after.pod.p50) / 2;
  const end = (floor.before.end.p50 + floor.after.end.p50) / 2;
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['manifest written → container running, p50', ms(single), ms(p50(one.up)), ratio(p50(one.up), single)],
    ['manifest removed → sandbox removed, p50', ms(end), ms(p50(one.down)), ratio(p50(one.down), end)],
    [
      `${pods} pods at once: all running`,
      ms(floor.many.allRunning),
      ms(many.all),
      ratio(many.all, floor.many.allRunning),
    ],
    [
      '… the median pod of those',
      ms(floor.many.sinceStart.p50),
      ms(p50(many.each)),
      ratio(p50(many.each), many.all, 'of all'),
    ],
    [`${pods} pods removed: all gone`, ms(floor.many.allGone), ms(many.gone), ratio(many.gone, floor.many.allGone)],
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
    `| | raw CRI calls | nodelet | ratio |`,
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

function p50(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function ratio(value: number, against: number, unit = '×'): string {
  return `${(value / against).toFixed(2)} ${unit}`;
}
