import type { Command } from './defaults.ts';
import { effectAt } from './effects.ts';
import { fieldAt } from './fields.ts';
import { gateNamed, isGateOn } from './gates.ts';
import { type Plain, plain } from './located.ts';
import { fromDefault } from './origin.ts';
import { type Fault, problemAt, shown } from './problem.ts';
import type { Reading } from './value-type.ts';
import type { Values } from './values.ts';

/** What else a rule needs to know. */
export interface Situation {
  readonly command: Command;
  readonly isGateOn: (gate: string) => boolean;
}

type Verdict = Omit<Fault, 'path'> | undefined;

/** A condition over several values. It is not judged when one of them was wrong by itself. */
export interface Rule {
  /** Whose fault it is, and where the error points. */
  readonly path: string;
  readonly uses: readonly string[];
  readonly judge: (values: Values, situation: Situation) => Verdict;
}

/** Reports what the rules, the refusals and the locked gates find. `wrong` are paths that were reported already. */
export function judge(
  values: Values,
  situation: Situation,
  rules: readonly Rule[],
  judging: { readonly reading: Reading; readonly wrong: (path: string) => boolean },
): void {
  const report = (path: string, verdict: Verdict): void => {
    if (verdict === undefined) return;
    const from = values.located(path)?.from ?? fromDefault;
    judging.reading.report(problemAt(from, { path, ...verdict }));
  };
  for (const [path] of values.entries()) {
    if (values.isSet(path)) report(path, refusal(path, values.plain(path) ?? null));
  }
  for (const rule of rules) {
    if (![rule.path, ...rule.uses].some(judging.wrong)) report(rule.path, rule.judge(values, situation));
  }
  judgeGates(values, judging.reading);
}

function refusal(path: string, value: Plain): Verdict {
  const { effect, value: normal } = effectAt(path);
  if (effect.kind !== 'refused' || shown(value) === shown(normal)) return undefined;
  return { expected: `nothing (${effect.note})`, got: shown(value) };
}

function judgeGates(values: Values, reading: Reading): void {
  const gates = values.located('featureGates');
  if (gates?.kind !== 'map') return;
  for (const [name, value] of gates.entries) {
    const gate = gateNamed(name);
    if (gate === undefined || !gate.locked || plain(value) === gate.default) continue;
    const expected = `${gate.default}: the gate is locked`;
    reading.report(problemAt(value.from, { path: `featureGates[${shown(name)}]`, expected, got: shown(plain(value)) }));
  }
}

/** Which gates are on by what the values say. */
export function gatesOf(values: Values): (gate: string) => boolean {
  const set = new Map([...values.map('featureGates')].map(([name, value]) => [name, value === true]));
  return (gate) => isGateOn(gate, set);
}

/** A rule for a field that has its effect only under a feature gate. */
export function needsGate(path: string, gate: string): Rule {
  return {
    path,
    uses: ['featureGates'],
    judge: (values, { isGateOn: isOn }) => {
      if (!values.isSet(path) || isOn(gate)) return undefined;
      const value = values.plain(path) ?? null;
      if (shown(value) === shown(fieldAt(path)?.default ?? null)) return undefined;
      return { expected: `nothing, as the feature gate ${gate} is off`, got: shown(value) };
    },
  };
}
