import { suite, test } from 'node:test';
import { type Import, importsOf, isTest, none, sourcesIn } from './sources.ts';

/** Who may import whom, by the first folder below src; every layer may import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  kube: ['lib'],
  core: ['kube', 'lib'],
  ports: ['core', 'kube', 'lib'],
  adapters: ['ports', 'core', 'kube', 'lib'],
  config: ['kube', 'lib'],
  agent: ['core', 'ports', 'kube', 'lib', 'config'],
  server: ['ports', 'kube', 'lib', 'config'],
  wire: ['adapters', 'ports', 'config', 'core', 'kube', 'lib'],
  cli: ['wire', 'agent', 'server', 'core', 'config', 'ports', 'kube', 'lib'],
  main: ['cli'],
  testing: ['ports', 'core', 'kube', 'lib'],
};

/** Layers that may use the machine itself: clocks, processes, files. The others get it handed in. */
const mayUseHost: ReadonlySet<string> = new Set(['adapters', 'wire', 'cli', 'main', 'config', 'server']);

/** What lies at the end of a wrong import, and what to do instead. */
const cures: Readonly<Record<string, string>> = {
  lib: 'lib knows nothing of Kubernetes: move the file to the layer it speaks of, or pass the value in',
  kube: 'kube holds types and decoding alone: move the decision to core',
  core: 'core decides and never does: return an action, or take the value as an argument',
  ports: 'a port speaks in the words of core and kube: move the type there',
  adapters: 'an adapter stands alone: move what two adapters share to lib/host or to a port, and join them in wire.ts',
  config: 'config decodes and validates: let the agent or wire.ts read the result',
  agent: 'the agent knows ports, not adapters: add a method to a port, and give the adapter in wire.ts',
  server: 'the server asks through view.ts, which the agent implements: add the question there',
  wire: 'wire.ts joins adapters to ports: what decides belongs to core, what waits to the agent',
  cli: 'a command uses adapters through wire.ts alone',
  main: 'main.ts hands its arguments to cli',
  testing:
    'fakes implement ports: what a real adapter needs for its tests stands beside the adapter or below testing/real',
};

const files = sourcesIn('src/**/*.ts').filter((file) => !isTest(file.path) || file.path.startsWith('src/testing/'));
const imports = files
  .filter((file) => !/\.(test|suite)\.ts$/.test(file.path))
  .flatMap(importsOf)
  .filter(({ to }) => to !== 'package.json');

function layerOf(path: string): string {
  const [, first = ''] = path.split('/');
  // wire.ts may be told in several files: wire-….ts.
  return first.replace(/(-.*)?\.ts$/, '');
}

function part(path: string, depth: number): string {
  return path.split('/')[depth] ?? '';
}

function wrongLayer({ from, to }: Import): boolean {
  const [mine, other] = [layerOf(from), layerOf(to)];
  if (mine === other) return false;
  // The server's questions are the server's; the agent implements them.
  if (mine === 'agent' && to === 'src/server/view.ts') return false;
  // What starts a real runtime for tests may use the real adapters.
  if (from.startsWith('src/testing/real/') && other === 'adapters') return false;
  return !(mayImport[mine] ?? []).includes(other);
}

function noneOf(found: readonly Import[], cure: (wrong: Import) => string): void {
  none(found.map((wrong) => `${wrong.from}:${wrong.line} imports ${wrong.to}: ${cure(wrong)}`));
}

suite('Layers', () => {
  test('every folder below src has its rule', () => {
    const unknown = [...new Set(files.map((file) => layerOf(file.path)))].filter((layer) => !(layer in mayImport));
    none(unknown.map((layer) => `src/${layer}: add the layer to mayImport here, and to ARCHITECTURE.md`));
  });

  test('a layer imports only those below it', () => {
    const wrong = imports.filter(wrongLayer);
    noneOf(wrong, (one) => cures[layerOf(one.from)] ?? 'see mayImport');
  });

  test('an adapter does not know another adapter', () => {
    const wrong = imports.filter(
      ({ from, to }) => layerOf(from) === 'adapters' && layerOf(to) === 'adapters' && part(from, 2) !== part(to, 2),
    );
    noneOf(wrong, () => cures['adapters'] ?? '');
  });

  test('lib/host is used only where the machine may be', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        to.startsWith('src/lib/host/') &&
        !from.startsWith('src/lib/host/') &&
        !from.startsWith('src/testing/') &&
        !mayUseHost.has(layerOf(from)),
    );
    noneOf(wrong, () => 'take a port or a Clock as an argument, and give it in wire.ts');
  });

  test('inside core nobody runs code of pod: only its types are shared', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        layerOf(from) === 'core' &&
        to.startsWith('src/core/pod/') &&
        /^src\/core\/(image|volume|probe|resources)\//.test(from) &&
        !typeOnly,
    );
    noneOf(wrong, () => 'move what both need to the folder that pod already uses');
  });

  test('tools, simulator and scenarios are not part of the program', () => {
    const wrong = imports.filter(({ to }) => !to.startsWith('src/'));
    noneOf(wrong, () => 'move what the program needs below src/');
  });
});
