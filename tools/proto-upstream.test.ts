import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { protoFacts } from './proto.ts';

const proto = join(import.meta.dirname, '../proto');

/** The folder of a Go module, downloaded when it is missing; skips the test where that can't be. */
function goModule(context: TestContext, module: string): string | undefined {
  const env = { ...process.env, GOFLAGS: '-mod=mod' };
  const { error, stdout, status } = spawnSync('go', ['mod', 'download', '-json', module], {
    cwd: tmpdir(),
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error && 'code' in error && error.code === 'ENOENT') context.skip('Go is not on this machine');
  else if (error || status !== 0)
    context.skip(`${module} is neither in Go's module cache nor to be had from its proxy`);
  else return (JSON.parse(stdout) as { Dir: string }).Dir;
  return undefined;
}

function compare(ours: readonly string[], theirs: string): void {
  const upstream = protoFacts(readFileSync(theirs, 'utf8'));
  assert.ok(upstream.size > 10, `${theirs} was not understood`);
  for (const file of ours) {
    const facts = protoFacts(readFileSync(file, 'utf8'));
    assert.ok(facts.size > 0, `${file} was not understood`);
    for (const [name, fact] of facts) assert.equal(fact, upstream.get(name), `${name} in ${file}`);
  }
}

suite('our .proto files', () => {
  test('protoFacts() reads fields, maps, enums and calls without comments and options', () => {
    const text = `/* a = 1; */ message A { enum B { C = 0; } // d
      repeated Other list = 1 [deprecated = true]; map<string, int64> by_name=2; oneof x { bytes y = 3; } }
      service S { rpc Get(A) returns (stream A) {} }`;
    assert.deepEqual(Object.fromEntries(protoFacts(text)), {
      'enum B.C': '0',
      'message A.list': 'repeated Other = 1',
      'message A.by_name': 'map<string,int64> = 2',
      'message A.y': 'bytes = 3',
      'rpc S.Get': '(A) returns (stream A)',
    });
  });

  test('the CRI has the names, numbers and types of k8s.io/cri-api', (context) => {
    const upstream = goModule(context, 'k8s.io/cri-api@v0.37.2');
    if (upstream === undefined) return;
    const ours = readdirSync(join(proto, 'cri/v1')).map((file) => join(proto, 'cri/v1', file));
    compare(ours, join(upstream, 'pkg/apis/runtime/v1/api.proto'));
  });

  test('the content service has the names, numbers and types of containerd', (context) => {
    const upstream = goModule(context, 'github.com/containerd/containerd/api@v1.9.0');
    if (upstream === undefined) return;
    compare([join(proto, 'containerd/content.proto')], join(upstream, 'services/content/v1/content.proto'));
  });
});
