import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { findProcesses } from '../../lib/host/processes.ts';
import { runProgram } from '../../lib/host/program.ts';
import { seconds } from '../../lib/time.ts';
import { busyboxImage, busyboxPath, dockerArchive } from '../../testing/real/busybox-image.ts';
import { removeLeftovers } from '../../testing/real/leftovers.ts';
import { never, SuitePod, until } from '../../testing/suites/runtime-pod.ts';
import { CriChannel } from '../cri/channel.ts';
import { CriContainers } from '../cri/containers.ts';
import { CriSandboxes } from '../cri/sandboxes.ts';
import { CriStreams } from '../cri/streams.ts';
import { CriWatch } from '../cri/watch.ts';
import { findBinaries } from './find.ts';
import { findInstance } from './instance.ts';
import { type ContainerdEvent, type ContainerdOptions, pathsOf } from './options.ts';
import { pauseImageRef } from './pause-image.ts';
import { removeContainerd } from './remove.ts';
import { superviseContainerd } from './supervise.ts';

const cache = process.env['NODELET_CACHE'] ?? '/var/cache/nodelet';
const modern = process.env['NODELET_PREFIX'] ?? join(cache, 'prefix');
const old = process.env['NODELET_PREFIX_OLD'] ?? join(cache, 'prefix-1.6');
const image = 'docker.io/test/busybox:1';

let count = 0;

/** An embedded containerd with everything its own, so that it meets nothing else of the machine. */
class Embedded implements AsyncDisposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'nodelet-embedded-'));
  readonly events: ContainerdEvent[] = [];
  readonly options: ContainerdOptions;
  #supervisor: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(prefix: string) {
    count += 1;
    const id = `nle${process.pid % 100000}x${count}`;
    const images = join(this.dir, 'images');
    this.options = {
      runtime: {
        containerdPath: join(prefix, 'usr/bin/containerd'),
        rootDir: join(this.dir, 'root'),
        stateDir: join(this.dir, 'run'),
        sandboxImage: pauseImageRef,
        restrictOomScoreAdj: 'auto',
        oomScore: 0,
      },
      network: {
        plugin: 'cni',
        cniConfDir: join(this.dir, 'cni'),
        podCidr: `10.${200 + count}.${process.pid % 250}.0/24`,
        bridge: id,
        plugins: ['bridge', 'portmap'],
        hostPorts: true,
      },
      prefix: modern,
      searchPath: process.env['PATH'] ?? '',
      imageDirs: [images],
      cgroup: `/${id}/runtime`,
      report: (event) => this.events.push(event),
    };
  }

  supervise(): void {
    const controller = new AbortController();
    this.#supervisor = { controller, ended: superviseContainerd(this.options, controller.signal) };
  }

  /** The supervisor ends, as when nodelet does. */
  async leave(): Promise<void> {
    this.#supervisor?.controller.abort(new Error('the supervisor leaves'));
    await this.#supervisor?.ended.catch(() => undefined);
    this.#supervisor = undefined;
  }

  async told(kind: ContainerdEvent['kind'], times = 1): Promise<void> {
    await until(
      () => Promise.resolve(this.events.filter((event) => event.kind === kind).length),
      (seen) => seen >= times,
    );
  }

  pid(): number | undefined {
    return findInstance(this.options)?.process.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
    await removeContainerd(this.options, never);
    await removeLeftovers(this.dir, dirname(this.options.cgroup), this.options.network.bridge);
  }
}

function lacks(prefix: string): string | false {
  if (process.getuid?.() !== 0) return 'containerd needs root';
  if (!existsSync(busyboxPath)) return `there is no ${busyboxPath} on this machine`;
  return existsSync(join(prefix, 'usr/bin/containerd'))
    ? false
    : `there is no containerd in ${prefix} (script/setup --tests)`;
}

for (const [name, prefix] of Object.entries({ 'containerd 2': modern, 'containerd 1.6': old })) {
  suite(`The embedded ${name}`, { skip: lacks(prefix) }, () => {
    test('starts with the configuration that was meant, has the sandbox image, and forwards packets', async () => {
      await using embedded = new Embedded(prefix);
      embedded.supervise();
      await embedded.told('started');
      const binaries = await findBinaries(embedded.options, never);
      const instance = findInstance(embedded.options);
      assert.ok(instance !== undefined);
      const dump = await runProgram(
        { file: binaries.containerd, args: ['--config', instance.config, 'config', 'dump'] },
        never,
      );
      assert.equal(dump.code, 0, dump.stderr);
      assert.ok(dump.stdout.includes(pauseImageRef), 'the sandbox image is not the configured one');
      assert.match(dump.stdout, /netns_mounts_under_state_dir = true/);
      assert.ok(dump.stdout.includes(embedded.options.network.cniConfDir));
      assert.doesNotMatch(
        readFileSync(pathsOf(embedded.options).log, 'utf8'),
        /level=(warning|error).*(unknown|unrecognized|deprecated) /i,
      );
      assert.equal(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(), '1');
    });

    test('is adopted, not started again, when its supervisor comes back', async () => {
      await using embedded = new Embedded(prefix);
      embedded.supervise();
      await embedded.told('started');
      const pid = embedded.pid();
      await embedded.leave();
      assert.equal(embedded.pid(), pid);
      embedded.supervise();
      await embedded.told('adopted');
      assert.equal(embedded.pid(), pid);
    });

    test('is started again within 2 s of a kill -9, and a pod lives on with its address', async () => {
      await using embedded = new Embedded(prefix);
      importBusybox(embedded);
      embedded.supervise();
      await embedded.told('started');
      using channel = new CriChannel({ socket: pathsOf(embedded.options).socket, requestTimeout: seconds(60) });
      const runtime = await runtimeOf(channel, embedded);
      await using pod = new SuitePod(runtime);
      const container = await pod.start(['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done']);
      const before = await pod.observe();
      const killed = performance.now();
      process.kill(embedded.pid() ?? 0, 'SIGKILL');
      await embedded.told('started', 2);
      assert.ok(performance.now() - killed < 2000, `it took ${performance.now() - killed} ms`);
      const seen = await until(
        () => pod.observe().catch(() => undefined),
        (now) => now !== undefined,
      );
      assert.equal(seen?.containers[0]?.id, container.id);
      assert.equal(seen?.containers[0]?.state, 'running');
      assert.deepEqual(seen?.sandboxes[0]?.ips, before.sandboxes[0]?.ips);
    });

    test('leaves nothing behind when it is removed, even with a pod that nobody stopped', async () => {
      const embedded = new Embedded(prefix);
      importBusybox(embedded);
      embedded.supervise();
      await embedded.told('started');
      using channel = new CriChannel({ socket: pathsOf(embedded.options).socket, requestTimeout: seconds(60) });
      const pod = new SuitePod(await runtimeOf(channel, embedded));
      const mapping = {
        protocol: 'TCP',
        containerPort: 80,
        hostPort: 20000 + (process.pid % 10000),
        hostIp: '',
      } as const;
      await pod.run(0, { portMappings: [mapping] });
      await embedded.leave();
      const removal = await removeContainerd(embedded.options, never);
      assert.deepEqual(removal.left, []);
      assert.equal(embedded.pid(), undefined);
      assert.deepEqual(
        findProcesses((command) => command.some((word) => word.startsWith(embedded.dir))),
        [],
      );
      assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(embedded.dir));
      assert.ok(!existsSync(join('/sys/class/net', embedded.options.network.bridge)));
      const rules = await runProgram({ file: 'iptables-save', args: [] }, never);
      assert.ok(!rules.stdout.includes(embedded.options.network.bridge), rules.stdout);
      assert.ok(!existsSync(embedded.options.runtime.rootDir) && !existsSync(embedded.options.runtime.stateDir));
      await embedded[Symbol.asyncDispose]();
    });
  });
}

function importBusybox(embedded: Embedded): void {
  const [folder = ''] = embedded.options.imageDirs;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'busybox.tar'), dockerArchive(image, busyboxImage({ command: ['sh'] })));
}

async function runtimeOf(channel: CriChannel, embedded: Embedded): Promise<ConstructorParameters<typeof SuitePod>[0]> {
  const watch = new CriWatch(channel);
  await until(
    () => watch.status(never).catch(() => undefined),
    (status) => status?.ready === true && status.networkReady,
  );
  return {
    sandboxes: new CriSandboxes(channel),
    containers: new CriContainers(channel),
    watch,
    streams: new CriStreams(channel),
    image,
    cgroup: join(embedded.options.cgroup, '../pods'),
    logs: join(embedded.dir, 'logs'),
    hasEvents: false,
    end: () => Promise.resolve(),
  };
}
