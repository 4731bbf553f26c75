import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { seconds } from '../../lib/time.ts';
import type { SourceSnapshot } from '../../ports/pod-source.ts';
import { malformed } from '../../testing/malformed.ts';
import { type FolderSourceOptions, folderSource } from './folder-source.ts';
import { lookAt } from './manifest-file.ts';

function pod(name: string, image = 'busybox:1'): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n  - {name: c, image: "${image}"}\n`;
}

/** A folder and a source over it; the source ends with the block. */
class Fixture implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'nodelet-manifests-'));
  readonly #end = new AbortController();
  #snapshots: AsyncIterator<SourceSnapshot> | undefined;

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  remove(file: string): void {
    rmSync(join(this.folder, file));
  }

  start(options: Partial<FolderSourceOptions> = {}): Promise<SourceSnapshot> {
    const source = folderSource({
      paths: [this.folder],
      nodeName: 'n',
      appendNodeName: false,
      allowReferences: true,
      clock: new SystemClock(),
      ...options,
    });
    this.#snapshots = source.snapshots(this.#end.signal)[Symbol.asyncIterator]();
    return this.next();
  }

  async next(): Promise<SourceSnapshot> {
    const { value, done } = (await this.#snapshots?.next()) ?? { done: true };
    assert.equal(done, false);
    return value as SourceSnapshot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.#snapshots?.next();
    this.#end.abort(new Error('the test is over'));
    await last?.catch(() => {});
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function names(snapshot: SourceSnapshot): string[] {
  return snapshot.pods.map((entry) => entry.metadata.name);
}

function reasons(snapshot: SourceSnapshot): string[] {
  return snapshot.problems.map((problem) => problem.reason);
}

suite('folderSource()', () => {
  test('gives an empty set for an empty folder: the source is ready', async () => {
    await using fixture = new Fixture();
    assert.deepEqual(await fixture.start(), { pods: [], configMaps: [], secrets: [], problems: [] });
  });

  test('reads pods, configmaps and secrets, lists, JSON and several documents a file', async () => {
    await using fixture = new Fixture();
    fixture.write(
      'a.yaml',
      `${pod('a')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata: {k: v}\n---\n`,
    );
    fixture.write(
      'b.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: 'v' } }),
    );
    fixture.write(
      'c.yml',
      `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: l}\n  spec: {containers: [{name: c, image: x}]}\n`,
    );
    for (const other of ['.d.yaml', 'e.yaml~', '#f.yaml#', '.g.yaml.swp', 'h.txt', 'README.md'])
      fixture.write(other, pod('no'));
    const snapshot = await fixture.start();
    assert.deepEqual(names(snapshot), ['a', 'l']);
    assert.deepEqual(snapshot.configMaps[0]?.data, { k: 'v' });
    assert.deepEqual(Buffer.from(snapshot.secrets[0]?.data['k'] ?? []).toString(), 'v');
    assert.match(snapshot.configMaps[0]?.version ?? '', /^[0-9a-f]{32}$/);
    assert.deepEqual(snapshot.problems, []);
  });

  test('reads scalars as Go does', async () => {
    await using fixture = new Fixture();
    const volumes =
      '  volumes:\n  - name: v\n    configMap: {name: x, defaultMode: 0o400, items: [{key: a, path: a, mode: 0600}]}\n';
    const spec = `${pod('a')}${volumes}  hostPID: yes\n`;
    fixture.write(
      'a.yaml',
      spec.replace('metadata: {name: a}', 'metadata: {name: a, annotations: {t: 1:30, d: 2001-01-01}}'),
    );
    const [entry] = (await fixture.start()).pods;
    assert.equal(entry?.spec.volumes?.[0]?.configMap?.defaultMode, 0o400);
    assert.equal(entry?.spec.volumes?.[0]?.configMap?.items?.[0]?.mode, 0o600);
    assert.equal(entry?.spec.hostPID, true);
    assert.equal(entry?.metadata.annotations?.['t'], '1:30');
    assert.equal(entry?.metadata.annotations?.['d'], '2001-01-01');
  });

  test('tells of files that come, change and go, within a second', async () => {
    await using fixture = new Fixture();
    await fixture.start();
    const clock = new SystemClock();
    const began = clock.now();
    fixture.write('a.yaml', pod('a'));
    const [first] = (await fixture.next()).pods;
    fixture.write('a.yaml', pod('a', 'busybox:2'));
    const [second] = (await fixture.next()).pods;
    assert.equal(second?.spec.containers[0]?.image, 'busybox:2');
    assert.notEqual(second?.metadata.uid, first?.metadata.uid);
    fixture.remove('a.yaml');
    assert.deepEqual(names(await fixture.next()), []);
    assert.ok(clock.now() - began < 3000);
  });

  test('keeps the very same pod when only comments, order or other files change', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', pod('a'));
    const [before] = (await fixture.start()).pods;
    fixture.write('a.yaml', `# a remark\n${pod('a')}`);
    fixture.write('b.yaml', pod('b'));
    const after = await fixture.next();
    assert.deepEqual(names(after), ['a', 'b']);
    assert.equal(after.pods[0], before);
  });

  test('keeps the last good version of a file that went bad, and tells file, line and reason', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', `${pod('a')}---\n${pod('b')}`);
    const before = await fixture.start();
    fixture.write('a.yaml', `${pod('a')}---\n${pod('b')}    imagePolicy: [\n`);
    const broken = await fixture.next();
    assert.deepEqual(broken.pods, before.pods);
    assert.equal(broken.problems[0]?.file, join(fixture.folder, 'a.yaml'));
    assert.equal(broken.problems[0]?.line, 14);
    fixture.write('a.yaml', '');
    assert.deepEqual((await fixture.next()).pods, before.pods);
    fixture.write('a.yaml', pod('a'));
    const good = await fixture.next();
    assert.deepEqual(names(good), ['a']);
    assert.deepEqual(good.problems, []);
  });

  test('keeps what a refused document held, and applies the others of the file', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', `${pod('a')}---\n${pod('b')}---\n${pod('c')}`);
    const before = await fixture.start();
    fixture.write('a.yaml', `${pod('a', 'busybox:2')}---\n${pod('b').replace('image', 'imge')}`);
    const after = await fixture.next();
    assert.deepEqual(names(after), ['a', 'b']);
    assert.equal(after.pods[0]?.spec.containers[0]?.image, 'busybox:2');
    assert.equal(after.pods[1], before.pods[1]);
    assert.deepEqual(
      after.problems.map((problem) => problem.line),
      [13, 13],
    );
  });

  test('of two pods with one name the first in order wins', async () => {
    await using fixture = new Fixture();
    fixture.write('b.yaml', pod('a', 'late:1'));
    fixture.write('a.yaml', pod('a', 'early:1'));
    const snapshot = await fixture.start();
    assert.deepEqual(
      snapshot.pods.map((entry) => entry.spec.containers[0]?.image),
      ['early:1'],
    );
    assert.match(reasons(snapshot).join(), /holds Pod default\/a, which .*a\.yaml holds too/);
    assert.match(snapshot.problems[0]?.file ?? '', /b\.yaml$/);
  });

  test('keeps everything while the folder is missing, and sees it come back', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', pod('a'));
    await fixture.start();
    renameSync(fixture.folder, `${fixture.folder}.away`);
    const missing = await fixture.next();
    assert.deepEqual(names(missing), ['a']);
    assert.deepEqual(reasons(missing), ['does not exist']);
    mkdirSync(fixture.folder);
    rmSync(`${fixture.folder}.away`, { recursive: true });
    const emptied = await fixture.next();
    assert.deepEqual([names(emptied), reasons(emptied)], [[], []]);
    fixture.write('b.yaml', pod('b'));
    assert.deepEqual(names(await fixture.next()), ['b']);
  });

  test('takes a single file; removing it stops its pods', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', pod('a'));
    fixture.write('b.yaml', pod('b'));
    assert.deepEqual(names(await fixture.start({ paths: [join(fixture.folder, 'b.yaml')] })), ['b']);
    fixture.remove('b.yaml');
    const gone = await fixture.next();
    assert.deepEqual([names(gone), reasons(gone)], [[], ['does not exist']]);
    fixture.write('b.yaml', pod('c'));
    assert.deepEqual(names(await fixture.next()), ['c']);
  });

  test('follows a folder of links that is swapped as one, as mounted configmaps are', async () => {
    await using fixture = new Fixture();
    for (const version of ['1', '2']) {
      mkdirSync(join(fixture.folder, `..${version}`));
      fixture.write(`..${version}/a.yaml`, pod('a', `busybox:${version}`));
    }
    symlinkSync('..1', join(fixture.folder, '..data'));
    symlinkSync('..data/a.yaml', join(fixture.folder, 'a.yaml'));
    assert.equal((await fixture.start()).pods[0]?.spec.containers[0]?.image, 'busybox:1');
    symlinkSync('..2', join(fixture.folder, '..next'));
    renameSync(join(fixture.folder, '..next'), join(fixture.folder, '..data'));
    assert.equal((await fixture.next()).pods[0]?.spec.containers[0]?.image, 'busybox:2');
  });

  test('looks by itself each second where nothing can be watched (F53)', async () => {
    await using fixture = new Fixture();
    const watch = (): never => {
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    };
    await fixture.start({ watch });
    const clock = new SystemClock();
    const began = clock.now();
    fixture.write('a.yaml', pod('a'));
    assert.deepEqual(names(await fixture.next()), ['a']);
    assert.ok(clock.now() - began < 1500);
  });

  test('reads again after the rescan time although nobody told', async () => {
    await using fixture = new Fixture();
    const target = mkdtempSync(join(tmpdir(), 'nodelet-target-'));
    writeFileSync(join(target, 'x'), pod('a'));
    symlinkSync(join(target, 'x'), join(fixture.folder, 'a.yaml'));
    await fixture.start({ rescan: seconds(0.2) });
    writeFileSync(join(target, 'x'), pod('b'));
    assert.deepEqual(names(await fixture.next()), ['b']);
    unlinkSync(join(target, 'x'));
    const dangling = await fixture.next();
    assert.deepEqual([names(dangling), reasons(dangling)], [['b'], ['is a link to nothing']]);
    rmSync(target, { recursive: true });
  });

  test('keeps the last good version over a restart, of a file that went bad and of a folder that is missing', async () => {
    const kept = mkdtempSync(join(tmpdir(), 'nodelet-kept-'));
    const folder = mkdtempSync(join(tmpdir(), 'nodelet-manifests-'));
    const file = (name: string): string => join(folder, name);
    const options = { paths: [folder], lastGood: join(kept, 'manifests'), nodeName: 'n' };
    const restart = async (): Promise<SourceSnapshot> => {
      const source = folderSource({ ...options, appendNodeName: false, allowReferences: true });
      const snapshots = source.snapshots(new AbortController().signal)[Symbol.asyncIterator]();
      const { value } = await snapshots.next();
      await snapshots.return?.();
      return value;
    };
    writeFileSync(file('a.yaml'), `${pod('a')}---\n${pod('b')}`);
    writeFileSync(file('c.yaml'), pod('c'));
    const uids = (snapshot: SourceSnapshot) => snapshot.pods.map((entry) => entry.metadata.uid);
    const before = uids(await restart());
    writeFileSync(file('a.yaml'), `${pod('a')}---\n${pod('b').replace('image', 'imge')}`);
    assert.deepEqual(uids(await restart()), before);
    rmSync(file('a.yaml'));
    mkdirSync(file('a.yaml'));
    const refused = await restart();
    assert.deepEqual([uids(refused), reasons(refused)], [before, ['is a directory, not a file']]);
    renameSync(folder, `${folder}.away`);
    const missing = await restart();
    assert.deepEqual([uids(missing), reasons(missing)], [before, ['does not exist']]);
    renameSync(`${folder}.away`, folder);
    rmSync(file('a.yaml'), { recursive: true });
    assert.deepEqual(names(await restart()), ['c']);
    assert.equal(readdirSync(join(kept, 'manifests')).length, 1);
    assert.equal(statSync(join(kept, 'manifests', readdirSync(join(kept, 'manifests'))[0] ?? '')).mode & 0o777, 0o600);
    for (const path of [kept, folder]) rmSync(path, { recursive: true });
  });

  test('beside an API server, names end with the node’s and references are refused', async () => {
    await using fixture = new Fixture();
    fixture.write('a.yaml', pod('a'));
    fixture.write('b.yaml', `${pod('b')}  serviceAccountName: sa\n`);
    const snapshot = await fixture.start({ appendNodeName: true, allowReferences: false });
    assert.deepEqual(names(snapshot), ['a-n']);
    assert.match(reasons(snapshot).join(), /refers to a service account \("sa"\)/);
  });
});

suite('malformed manifests', () => {
  test('there are at least fifty, each with a name of its own', () => {
    assert.ok(malformed.length >= 50);
    assert.equal(new Set(malformed.map((bad) => bad.name)).size, malformed.length);
  });

  test('each is named with its reason, none is taken, and the good pod goes on', async () => {
    await using fixture = new Fixture();
    fixture.write('good.yaml', pod('good'));
    const [before] = (await fixture.start({ rescan: seconds(1) })).pods;
    // Those of many megabytes take seconds: large.real.test.ts.
    const small = malformed.filter((bad) => !bad.name.startsWith('megabytes'));
    for (const bad of small) bad.make(fixture.folder);
    let snapshot = await fixture.next();
    const shown = (file: string) => snapshot.problems.filter((problem) => problem.file.endsWith(`/${file}`));
    while (!small.every((bad) => shown(bad.file).length > 0)) snapshot = await fixture.next();
    assert.deepEqual(names(snapshot), ['good']);
    assert.equal(snapshot.pods[0], before);
    for (const bad of small) {
      const found = shown(bad.file).find((problem) => bad.reason.test(problem.reason));
      assert.ok(found, `${bad.name}: ${JSON.stringify(shown(bad.file))}`);
      if (bad.line !== undefined) assert.equal(found.line, bad.line, bad.name);
    }
  });

  test('a socket is refused without being opened', async () => {
    await using fixture = new Fixture();
    const path = join(fixture.folder, 'a.yaml');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    const look = await lookAt(path);
    assert.equal(look.kind === 'refused' && look.reason, 'is a socket, not a file');
    await new Promise((resolve) => server.close(resolve));
  });
});
