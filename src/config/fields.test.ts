import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildConfig } from './build.ts';
import { defaultsOfCommand, deriveDefaults } from './defaults.ts';
import { fields } from './fields.ts';
import { isFieldFlag } from './flag.ts';
import { effectOf, flags, pathOf } from './flags.ts';
import { actingGates, gates, isKnownGate, stageGates } from './gates.ts';
import { locate, plain } from './located.ts';
import { fromDefault } from './origin.ts';
import { otherGates } from './other-gates.ts';
import { effectiveValues } from './values.ts';

const strict = { report: (error: unknown): never => assert.fail(JSON.stringify(error)), workingDirectory: '/' };

function repeated(names: readonly string[]): readonly string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

suite('the table', () => {
  test('fields have each path once, over both documents', () => {
    assert.deepEqual(repeated(fields.map(({ path }) => path)), []);
  });

  test('flags have each name once, and a field that exists', () => {
    assert.deepEqual(repeated(flags.map(({ name }) => name)), []);
    const paths = new Set(fields.map(({ path }) => path));
    assert.deepEqual(
      flags.filter((flag) => isFieldFlag(flag) && !paths.has(flag.field)),
      [],
    );
  });

  test('no field is set by two flags', () => {
    assert.deepEqual(repeated(flags.map(pathOf)), []);
  });

  test('gates have each name once, and acting gates exist', () => {
    assert.deepEqual(repeated([...gates.map(({ name }) => name), ...otherGates, ...Object.keys(stageGates)]), []);
    assert.deepEqual(
      Object.keys(actingGates).filter((name) => !isKnownGate(name)),
      [],
    );
  });

  for (const { path, type, default: value } of fields) {
    if (value === undefined) continue;
    test(`the default of ${path} is of its type, in normal form`, () => {
      const read = type.read(locate(value, fromDefault), path, strict);
      assert.deepEqual(read === undefined ? undefined : plain(read), value);
    });
  }

  test('exactly the fields and flags that the table says act reach the program', () => {
    const first = effectiveValues({}, new Map(), defaultsOfCommand('run'));
    const external = deriveDefaults(first, 'run');
    const embedded = deriveDefaults(effectiveValues({}, new Map(), defaultsOfCommand('up')), 'up');
    buildConfig(external, { command: 'run', manifestPaths: [], workingDirectory: '/' });
    buildConfig(embedded, { command: 'up', manifestPaths: [], workingDirectory: '/' });
    // Read while loading, before there is a Config.
    const whileLoading = ['--config', '--config-dir', '--help', '--version', 'featureGates'];
    const reached = new Set([...first.asked, ...external.asked, ...embedded.asked, ...whileLoading]);
    const acting = [
      ...fields.filter(({ effect }) => effect.kind === 'acts').map(({ path }) => path),
      ...flags.filter((flag) => !isFieldFlag(flag) && effectOf(flag).kind === 'acts').map(pathOf),
    ];
    assert.deepEqual([...reached].sort(), acting.sort());
  });

  test('every note of what has no effect says something', () => {
    for (const { path, effect } of fields) assert.ok(effect.kind === 'acts' || effect.note.length > 10, path);
  });
});
