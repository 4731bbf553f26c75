import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runSeed } from './run.ts';

// node sim/main.ts --seeds 200 [--from 1]    many seeds; the committed ones that once failed come first
// node sim/main.ts --seed 42                 one seed, with its whole trace
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const museum = join(import.meta.dirname, 'seeds.txt');
const tail = 60;

async function many(count: number, from: number): Promise<number> {
  const failedOnce = readFileSync(museum, 'utf8')
    .split('\n')
    .map((line) => line.split('#')[0]?.trim() ?? '');
  const seeds = new Set([...failedOnce.filter((line) => line !== '').map(Number)]);
  for (let seed = from; seed < from + count; seed += 1) seeds.add(seed);
  let failed = 0;
  let calls = 0;
  for (const seed of seeds) {
    const verdict = await runSeed(seed);
    calls += verdict.calls;
    if (verdict.violations.length === 0) continue;
    failed += 1;
    console.log(
      [
        ...verdict.trace.slice(-tail),
        '',
        ...verdict.violations,
        `seed ${seed} failed; run it again: node sim/main.ts --seed ${seed}`,
        '',
      ].join('\n'),
    );
    if (values.keep) appendFileSync(museum, `${seed} # ${verdict.violations[0]?.split('\n')[0]}\n`);
    if (failed === 5) break;
  }
  console.log(`${seeds.size} seeds from ${from}, ${failed} failed, ${calls} traced steps`);
  return failed === 0 ? 0 : 1;
}

async function one(seed: number): Promise<number> {
  const verdict = await runSeed(seed);
  console.log(
    [...verdict.trace, '', ...verdict.violations, `seed ${seed}: ${verdict.violations.length} violations`].join('\n'),
  );
  return verdict.violations.length === 0 ? 0 : 1;
}

process.exitCode =
  values.seed === undefined
    ? await many(Number(values.seeds), Number(values.from ?? 1))
    : await one(Number(values.seed));
