import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { VolumePlan } from '../../core/volume/plan.ts';
import type { Volumes } from '../../ports/disk.ts';
import { never } from './runtime-pod.ts';

/** Volumes as the suite is given them, with a look behind the port. */
export interface VolumesUnderTest {
  readonly volumes: Volumes;
  readonly root: string;
  /** The files that a volume shows, by relative path. */
  readonly shown: (path: string) => Promise<Readonly<Record<string, string>>>;
  readonly end: () => Promise<void>;
}

/** What every Volumes must do: run on the fake and on the kernel. */
export function volumesSuite(
  name: string,
  make: () => Promise<VolumesUnderTest>,
  options: { readonly skip: string | false } = { skip: false },
): void {
  suite(`volumes: ${name}`, options, () => {
    let under: VolumesUnderTest;
    before(async () => {
      under = await make();
    });
    after(() => under?.end());

    const plan = (version: string, files: Readonly<Record<string, string>>, tmpfs: boolean): VolumePlan => ({
      name: 'v',
      version,
      path: `${under.root}/files-${tmpfs}`,
      kind: 'files',
      tmpfs,
      files: Object.entries(files).map(([path, content]) => ({ path, mode: 0o644, content })),
    });

    for (const tmpfs of [false, true]) {
      test(`mount() shows exactly the files of the newest plan, ${tmpfs ? 'in memory' : 'on disk'}`, async () => {
        const first = plan('1', { a: '1', 'd/b': '2' }, tmpfs);
        await under.volumes.mount(first, never);
        await under.volumes.mount(first, never);
        assert.deepEqual(await under.shown(first.path), { a: '1', 'd/b': '2' });
        await under.volumes.mount(plan('2', { a: '3', c: '4' }, tmpfs), never);
        assert.deepEqual(await under.shown(first.path), { a: '3', c: '4' });
        await under.volumes.mount(plan('3', {}, tmpfs), never);
        assert.deepEqual(await under.shown(first.path), {});
      });
    }

    test('mount() of a folder is done once and again', async () => {
      const folder: VolumePlan = {
        name: 'e',
        version: '1',
        path: `${under.root}/empty`,
        kind: 'directory',
        mode: 0o777,
      };
      await under.volumes.mount(folder, never);
      await under.volumes.mount(folder, never);
      assert.deepEqual(await under.shown(folder.path), {});
    });

    test('mount() rejects with the reason of a signal that is aborted', async () => {
      const reason = new Error('no longer planned');
      const mounting = under.volumes.mount(plan('4', { z: '' }, false), AbortSignal.abort(reason));
      await assert.rejects(mounting, (error) => error === reason);
    });
  });
}
