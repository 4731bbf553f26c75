import { SystemClock } from '../../lib/host/system-clock.ts';
import { milliseconds } from '../../lib/time.ts';
import { quietWorld } from '../fake-calls.ts';
import { FakeImages } from '../fake-images.ts';
import { FakeRuntime } from '../fake-runtime.ts';
import type { Program } from '../fake-runtime-state.ts';
import { imagesSuite } from './images.suite.ts';
import { runtimeSuite } from './runtime.suite.ts';
import { commands, programs } from './runtime-pod.ts';

// The suites ask for real time to pass, so the fakes get the machine's clock: each call takes 1 ms.

const behaviours = new Map<readonly string[], Program>([
  [programs.endsWhenAsked, {}],
  [programs.ignoresStop, { stops: milliseconds(Number.POSITIVE_INFINITY) }],
  [programs.exitsWith3, { runs: milliseconds(1), exitCode: 3 }],
  [programs.cannotStart, { cannotStart: 'no such file or directory' }],
]);

runtimeSuite('FakeRuntime', async () => {
  const runtime = new FakeRuntime(
    {
      program: ({ command }) => behaviours.get(command) ?? {},
      execSync: ({ command }) =>
        command === commands.speaks
          ? { exitCode: 3, stdout: 'out\n', stderr: 'err\n' }
          : { exitCode: 0, stdout: '', stderr: '' },
    },
    quietWorld(new SystemClock()),
  );
  const { sandboxes, containers, watch, streams } = runtime;
  return {
    sandboxes,
    containers,
    watch,
    streams,
    image: 'busybox',
    cgroup: '',
    logs: '',
    hasEvents: true,
    end: async () => undefined,
  };
});

imagesSuite('FakeImages', async () => {
  const images = new FakeImages(quietWorld(new SystemClock()));
  images.publish('pullable', { bytes: 1000 });
  images.publish('forbidden', { fails: 'refused' });
  images.publish('endless', { takes: milliseconds(1_000_000), bytes: 1_000_000_000 });
  images.load('with-uid', { uid: 65534 });
  images.load('with-username', { username: 'web' });
  return {
    images,
    progress: images,
    pullable: 'pullable',
    withUid: 'with-uid',
    withUsername: 'with-username',
    missing: 'missing',
    forbidden: 'forbidden',
    endless: 'endless',
    end: async () => undefined,
  };
});
