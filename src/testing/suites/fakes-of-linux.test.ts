import { SystemClock } from '../../lib/host/system-clock.ts';
import { quietWorld } from '../fake-calls.ts';
import { FakeCgroups } from '../fake-cgroups.ts';
import { FakeDisk, FakeVolumes } from '../fake-disk.ts';
import { FakeStore } from '../fake-store.ts';
import { cgroupsSuite } from './cgroups.suite.ts';
import { diskSuite } from './disk.suite.ts';
import { storeSuite } from './store.suite.ts';
import { volumesSuite } from './volumes.suite.ts';

const end = async (): Promise<void> => undefined;

diskSuite('FakeDisk', async () => {
  const disk = new FakeDisk(quietWorld(new SystemClock()));
  const text = async (path: string) => disk.files.get(path);
  const target = async (path: string) => disk.links.get(path);
  return { disk, root: '/fake', text, target, end };
});

volumesSuite('FakeVolumes', async () => {
  const world = quietWorld(new SystemClock());
  const volumes = new FakeVolumes(new FakeDisk(world), world);
  const shown = async (path: string) => {
    const plan = volumes.mounted.get(path);
    const files = plan?.kind === 'files' ? plan.files : [];
    return Object.fromEntries(files.map((file) => [file.path, String(file.content)]));
  };
  return { volumes, root: '/fake', shown, end };
});

cgroupsSuite('FakeCgroups', async () => {
  const cgroups = new FakeCgroups(quietWorld(new SystemClock()));
  return { cgroups, root: '/kubepods', values: async (path) => cgroups.tree.get(path), end };
});

storeSuite('FakeStore', async () => {
  const store = new FakeStore(quietWorld(new SystemClock()));
  return { open: async () => store, end };
});
