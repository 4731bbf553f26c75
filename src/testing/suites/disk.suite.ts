import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { PodDisk } from '../../ports/disk.ts';
import { never } from './runtime-pod.ts';

/** A disk as the suite is given it, with a look behind the port. */
export interface DiskUnderTest {
  readonly disk: PodDisk;
  /** A folder that the suite may use. */
  readonly root: string;
  readonly text: (path: string) => Promise<string | undefined>;
  readonly target: (path: string) => Promise<string | undefined>;
  readonly end: () => Promise<void>;
}

/** What every PodDisk must do: run on the fake and on the kernel, so that the fake can't lie. */
export function diskSuite(name: string, make: () => Promise<DiskUnderTest>): void {
  suite(`disk: ${name}`, () => {
    let under: DiskUnderTest;
    let pods: string;
    before(async () => {
      under = await make();
      pods = `${under.root}/pods`;
    });
    after(() => under?.end());

    test('prepare() makes folders and files, and changes files to what they must be', async () => {
      const folders = [{ path: `${pods}/a`, mode: 0o750 }];
      const file = { path: `${pods}/a/etc-hosts`, mode: 0o644 };
      await under.disk.prepare(folders, [{ ...file, text: 'one' }], never);
      await under.disk.prepare(folders, [{ ...file, text: 'one' }], never);
      assert.equal(await under.text(file.path), 'one');
      await under.disk.prepare(folders, [{ ...file, text: 'two' }], never);
      assert.equal(await under.text(file.path), 'two');
    });

    test('listPods() gives the folders, and none of a folder that is not there', async () => {
      await under.disk.prepare([{ path: `${pods}/b`, mode: 0o750 }], [], never);
      assert.deepEqual([...(await under.disk.listPods(pods, never))].sort(), ['a', 'b']);
      assert.deepEqual(await under.disk.listPods(`${under.root}/none`, never), []);
    });

    test('removeData() removes one pod’s folder, and an absent one', async () => {
      await under.disk.removeData(`${pods}/a`, never);
      await under.disk.removeData(`${pods}/a`, never);
      assert.deepEqual(await under.disk.listPods(pods, never), ['b']);
      assert.equal(await under.text(`${pods}/a/etc-hosts`), undefined);
    });

    test('link() points at its target, also when it pointed elsewhere', async () => {
      const path = `${under.root}/containers/w_d_c-1.log`;
      await under.disk.link(path, '/old', never);
      await under.disk.link(path, '/new', never);
      assert.equal(await under.target(path), '/new');
      await under.disk.link(path, '/new', never);
      assert.equal(await under.target(path), '/new');
    });

    test('removeLogs() removes the folder and the links that lead into it, and no others', async () => {
      const [logs, links] = [`${under.root}/logs/d_w_1`, `${under.root}/containers`];
      await under.disk.prepare(
        [{ path: `${logs}/c`, mode: 0o755 }],
        [{ path: `${logs}/c/0.log`, mode: 0o640, text: 'x' }],
        never,
      );
      await under.disk.link(`${links}/w_d_c-1.log`, `${logs}/c/0.log`, never);
      await under.disk.link(`${links}/w_d_c-2.log`, `${under.root}/logs/d_w_2/c/0.log`, never);
      await under.disk.removeLogs(logs, `${links}/w_d_`, never);
      await under.disk.removeLogs(logs, `${links}/w_d_`, never);
      assert.equal(await under.text(`${logs}/c/0.log`), undefined);
      assert.equal(await under.target(`${links}/w_d_c-1.log`), undefined);
      assert.equal(await under.target(`${links}/w_d_c-2.log`), `${under.root}/logs/d_w_2/c/0.log`);
    });

    test('removeFiles() removes what is there', async () => {
      const path = `${under.root}/logs/x.log`;
      await under.disk.prepare(
        [{ path: `${under.root}/logs`, mode: 0o755 }],
        [{ path, mode: 0o640, text: 'x' }],
        never,
      );
      await under.disk.removeFiles([path, `${path}.gone`], never);
      assert.equal(await under.text(path), undefined);
    });

    test('every step rejects with the reason of a signal that is aborted', async () => {
      const reason = new Error('no longer planned');
      const signal = AbortSignal.abort(reason);
      const same = (error: unknown): boolean => error === reason;
      await assert.rejects(under.disk.prepare([{ path: `${pods}/z`, mode: 0o750 }], [], signal), same);
      await assert.rejects(under.disk.removeData(`${pods}/b`, signal), same);
      assert.deepEqual(await under.disk.listPods(pods, never), ['b']);
    });
  });
}
