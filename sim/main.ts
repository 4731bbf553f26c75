import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Coverage } from './coverage.ts';
import { everyDeed } from './deeds.ts';
import { runSeed, type Verdict } from './run.ts';
import { everyFault } from './weather.ts';

// node sim/main.ts --seeds 200 [--from 1]    many seeds; the committed ones that once failed come first
// node sim/main.ts --seed 42                 one seed, with its whole trace
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string' },
    seed: { type: 'string' },
    // Ends after so many failures.
    failures: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
});
const seedsFile = join(import.meta.dirname, 'seeds.txt');
const tail = 60;
const most = Number(values.failures);
// So many seeds meet every kind of fault and deed, unless one of them has been lost from the simulator.
const enough = 200;

async function many(count: number, from: number): Promise<number> {
  const failedOnce = readFileSync(seedsFile, 'utf8')
    .split('\n')
    .map((line) => line.split('#')[0]?.trim() ?? '');
  const seeds = new Set([...failedOnce.filter((line) => line !== '').map(Number)]);
  for (let seed = from; seed < from + count; seed += 1) seeds.add(seed);
  const coverage = new Coverage();
  const begun = performance.now();
  let [done, failed, steps] = [0, 0, 0];
  for (const seed of seeds) {
    const verdict = await runSeed(seed);
    done += 1;
    steps += verdict.trace.length;
    coverage.addAll(verdict.coverage);
    if (verdict.violations.length === 0) continue;
    failed += 1;
    tellFailure(verdict);
    if (values.keep) appendFileSync(seedsFile, `${seed} # ${verdict.violations[0]?.split('\n')[0]}\n`);
    if (failed === most) break;
  }
  const spent = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`what happened, and how often:\n${coverage.table()}`);
  console.log(`${done} seeds from ${from}, ${failed} failed, ${steps} traced steps, ${spent} s`);
  const lacking = count >= enough && failed === 0 ? coverage.lacking([...everyDeed, ...everyFault]) : [];
  if (lacking.length > 0) console.log(`never happened: ${lacking.join(', ')}`);
  return failed + lacking.length === 0 ? 0 : 1;
}

function tellFailure({ seed, trace, violations }: Verdict): void {
  const lines = trace.slice(-tail).filter((line) => !line.includes('  debug   '));
  const again = `seed ${seed} failed; run it again: node sim/main.ts --seed ${seed}`;
  console.log([...lines, '', ...violations, again, ''].join('\n'));
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
