import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Images, PullProgress } from '../../ports/images.ts';
import { PortError } from '../../ports/port-error.ts';
import { never, until } from './runtime-pod.ts';

/** The images' ports as the suite is given them. */
export interface ImagesUnderTest {
  readonly images: Images;
  readonly progress: PullProgress;
  /** Not on the node, and to be had. */
  readonly pullable: string;
  /** Runs as user 65534 and as user "web"; both on the node. */
  readonly withUid: string;
  readonly withUsername: string;
  /** The registry does not have it, does not give it, and gives it without end. */
  readonly missing: string;
  readonly forbidden: string;
  readonly endless: string;
  /** Removes what `make` made. */
  readonly end: () => Promise<void>;
}

/** What every Images must do: run on the fake and on containerd, so that the fake can't lie. */
export function imagesSuite(
  name: string,
  make: () => Promise<ImagesUnderTest>,
  options: { readonly skip: string | false } = { skip: false },
): void {
  suite(`images: ${name}`, options, () => {
    let under: ImagesUnderTest;
    before(async () => {
      under = await make();
    });
    after(() => under?.end());

    test('status() of an image that nobody has is absent as a value, not as an error', async () => {
      assert.deepEqual(await under.images.status(under.missing, never), { kind: 'absent' });
    });

    test('a pulled image is present, listed under its tag, and gone after its removal', async () => {
      const pulled = await under.images.pull(under.pullable, never);
      assert.ok(pulled.kind === 'present');
      assert.deepEqual(await under.images.status(under.pullable, never), pulled);
      const row = (await under.images.list(never)).find(({ tags }) => tags.includes(under.pullable));
      assert.equal(row?.id, pulled.id);
      assert.ok((row?.bytes ?? 0) > 0);
      await under.images.remove(pulled.id, never);
      await under.images.remove(pulled.id, never);
      assert.deepEqual(await under.images.status(under.pullable, never), { kind: 'absent' });
    });

    test('filesystems() tells where images are stored, and how many bytes are theirs', async () => {
      const found = await under.images.filesystems(never);
      assert.ok(found.length > 0);
      for (const { path, usedBytes } of found) {
        assert.match(path, /^\//);
        assert.ok(Number.isSafeInteger(usedBytes) && usedBytes >= 0, `${path}: ${usedBytes}`);
      }
    });

    test('pulling an image that is there is done as well', async () => {
      const first = await under.images.pull(under.pullable, never);
      assert.deepEqual(await under.images.pull(under.pullable, never), first);
      assert.ok(first.kind === 'present');
      await under.images.remove(first.id, never);
    });

    test('status() tells whom an image runs as', async () => {
      const withUid = await under.images.status(under.withUid, never);
      assert.ok(withUid.kind === 'present');
      assert.equal(withUid.uid, 65534);
      assert.equal(withUid.username, undefined);
      const withUsername = await under.images.status(under.withUsername, never);
      assert.ok(withUsername.kind === 'present');
      assert.equal(withUsername.uid, undefined);
      assert.equal(withUsername.username, 'web');
    });

    for (const [which, kind] of [['missing', 'absent'] as const, ['forbidden', 'refused'] as const]) {
      test(`pull() of a ${which} image is ${kind}, and names it`, async () => {
        await assert.rejects(under.images.pull(under[which], never), (error) => {
          assert.ok(error instanceof PortError, `${error}`);
          assert.equal(error.kind, kind, error.message);
          assert.ok(error.message.includes(under[which]), error.message);
          return true;
        });
      });
    }

    test('a pull under way shows its progress, and an abort ends it', async () => {
      const controller = new AbortController();
      const pulling = under.images.pull(under.endless, controller.signal);
      pulling.catch(() => undefined);
      const rows = await until(
        () => under.progress.read(never),
        (all) => all.some(({ doneBytes, totalBytes }) => doneBytes > 0 && doneBytes < totalBytes),
      );
      assert.ok(rows.every(({ ref }) => ref !== ''));
      const reason = new Error('the pod is deleted');
      controller.abort(reason);
      await assert.rejects(pulling, reason);
      assert.deepEqual(await under.images.status(under.endless, never), { kind: 'absent' });
    });

    test('removing an image that nobody has succeeds', async () => {
      await under.images.remove(under.missing, never);
    });
  });
}
