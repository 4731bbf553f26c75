import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { CgroupValues } from '../../core/resources/cgroup.ts';
import type { Cgroups } from '../../ports/cgroups.ts';
import { never } from './runtime-pod.ts';

/** A cgroup tree as the suite is given it, with a look behind the port. */
export interface CgroupsUnderTest {
  readonly cgroups: Cgroups;
  /** A cgroup that the suite may make, and remove. */
  readonly root: string;
  /** The values that a cgroup has; undefined when it is absent. */
  readonly values: (path: string) => Promise<CgroupValues | undefined>;
  readonly end: () => Promise<void>;
}

/** What every Cgroups must do: run on the fake, on a made-up v2 tree and on the kernel. */
export function cgroupsSuite(
  name: string,
  make: () => Promise<CgroupsUnderTest>,
  options: { readonly skip: string | false } = { skip: false },
): void {
  suite(`cgroups: ${name}`, options, () => {
    let under: CgroupsUnderTest;
    before(async () => {
      under = await make();
    });
    after(() => under?.end());

    const values: CgroupValues = {
      cpuShares: 512,
      cpuPeriod: 100_000,
      cpuQuota: 50_000,
      memoryLimit: 64 * 1024 * 1024,
      pidsLimit: 100,
    };

    test('ensure() makes a cgroup with its parents and gives it its values', async () => {
      const path = `${under.root}/burstable/pod1`;
      await under.cgroups.ensure({ path, values }, never);
      await under.cgroups.ensure({ path, values }, never);
      assert.deepEqual(await under.values(path), values);
      assert.deepEqual(await under.cgroups.children(under.root, never), ['burstable']);
      assert.deepEqual(await under.cgroups.children(`${under.root}/burstable`, never), ['pod1']);
    });

    test('ensure() changes values, and takes limits away', async () => {
      const path = `${under.root}/burstable/pod1`;
      const changed: CgroupValues = { cpuShares: 2, cpuPeriod: 50_000, cpuQuota: -1, memoryLimit: -1, pidsLimit: -1 };
      await under.cgroups.ensure({ path, values: changed }, never);
      assert.deepEqual(await under.values(path), changed);
    });

    test('remove() removes a cgroup with all beneath it, and an absent one', async () => {
      await under.cgroups.remove(under.root, never);
      await under.cgroups.remove(under.root, never);
      assert.equal(await under.values(`${under.root}/burstable/pod1`), undefined);
      assert.deepEqual(await under.cgroups.children(under.root, never), []);
    });

    test('ensure() rejects with the reason of a signal that is aborted', async () => {
      const reason = new Error('no longer planned');
      const making = under.cgroups.ensure({ path: `${under.root}/x`, values: {} }, AbortSignal.abort(reason));
      await assert.rejects(making, (error) => error === reason);
    });
  });
}
