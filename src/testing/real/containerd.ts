import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runProgram } from '../../lib/host/program.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { after, milliseconds, seconds } from '../../lib/time.ts';
import { type BusyboxImageOptions, busyboxImage, busyboxPath, dockerArchive } from './busybox-image.ts';
import { removeLeftovers } from './leftovers.ts';

const never: AbortSignal = new AbortController().signal;
const clock = new SystemClock();
const startLimit = seconds(30);

/** The image that every RealContainerd has. */
export const busybox = 'docker.io/library/busybox:latest';
const pause = 'localhost/test/pause:1';

interface Programs {
  readonly containerd: string;
  readonly ctr: string;
  readonly runc: string;
  readonly cni: string;
}

/** Why no containerd can be started on this machine, for the `skip` of a test; false where it can. */
export function containerdIsMissing(): string | false {
  if (process.getuid?.() !== 0) return 'containerd needs root';
  const found = findPrograms();
  if (typeof found === 'string') return found;
  return existsSync(busyboxPath) ? false : `there is no ${busyboxPath} to make an image from (busybox-static)`;
}

/**
 * A containerd of the test's own in a folder of its own, with a bridge network and a busybox image.
 *
 * Programs come from $NODELET_PREFIX, a folder laid out like /, from where script/setup puts them, or from the machine.
 * Disposing ends it and removes what it made: processes, mounts, cgroups, the bridge.
 */
export class RealContainerd implements AsyncDisposable {
  readonly root: string;
  readonly socket: string;
  /** The parent of all cgroups that a test makes. */
  readonly cgroup: string;
  /** Its version: "2.1.9". */
  version = '';
  readonly #bridge: string;
  readonly #programs: Programs;
  #process: ChildProcess | undefined;

  private constructor(name: string, programs: Programs) {
    const id = `${name}-${process.pid}`;
    this.root = join('/tmp', `nodelet-${id}`);
    this.socket = join(this.root, 'containerd.sock');
    this.cgroup = `/nodelet-${id}`;
    // An interface's name has 15 characters at most.
    this.#bridge = `nlt${process.pid}`;
    this.#programs = programs;
  }

  /** Starts one; throws where `containerdIsMissing`. */
  static async start(name: string): Promise<RealContainerd> {
    const programs = findPrograms();
    if (typeof programs === 'string') throw new Error(programs);
    const made = new RealContainerd(name, programs);
    await made.#configure();
    try {
      await made.resume();
      await made.import(pause, { command: ['/bin/sleep', '2147483647'] });
      await made.import(busybox, { command: ['sh'] });
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
    return made;
  }

  /** Starts containerd again after `kill`, and waits until its socket answers. */
  async resume(): Promise<void> {
    const log = openSync(join(this.root, 'containerd.log'), 'a');
    this.#process = spawn(this.#programs.containerd, ['--config', join(this.root, 'config.toml')], {
      stdio: ['ignore', log, log],
      env: { PATH: `${join(this.#programs.containerd, '..')}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    const limit = after(clock.now(), startLimit);
    while (!(await answers(this.socket))) {
      if (this.#process.exitCode !== null || clock.now() > limit) {
        throw new Error(`containerd did not start: ${readFileSync(join(this.root, 'containerd.log'), 'utf8')}`);
      }
      await clock.at(after(clock.now(), milliseconds(20)), never);
    }
  }

  /** Ends containerd alone; what it started lives on. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  }

  /** Sends a signal to containerd and does not wait for its end, for SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Puts a busybox image into it. */
  async import(reference: string, image: BusyboxImageOptions): Promise<void> {
    const archive = join(this.root, 'image.tar');
    writeFileSync(archive, dockerArchive(reference, busyboxImage(image)));
    await this.ctr('images', 'import', archive);
  }

  /** containerd's own command line, in the CRI's namespace. */
  async ctr(...args: readonly string[]): Promise<string> {
    const all = ['--address', this.socket, '--namespace', 'k8s.io', ...args];
    const { code, stdout, stderr } = await runProgram({ file: this.#programs.ctr, args: all }, never);
    if (code !== 0) throw new Error(`ctr ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
    await removeLeftovers(this.root, this.cgroup, this.#bridge);
  }

  async #configure(): Promise<void> {
    mkdirSync(join(this.root, 'net.d'), { recursive: true });
    const { stdout } = await runProgram({ file: this.#programs.containerd, args: ['--version'] }, never);
    this.version = / v?(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
    const modern = !this.version.startsWith('1.');
    writeFileSync(join(this.root, 'config.toml'), this.#configText(modern));
    writeFileSync(join(this.root, 'net.d/10-test.conflist'), JSON.stringify(this.#network()));
  }

  #configText(modern: boolean): string {
    const cri = modern ? 'io.containerd.cri.v1.runtime' : 'io.containerd.grpc.v1.cri';
    const pauseImage = modern
      ? `[plugins."io.containerd.cri.v1.images".pinned_images]\nsandbox = "${pause}"\n[plugins."${cri}"]`
      : `[plugins."${cri}"]\nsandbox_image = "${pause}"`;
    return `version = ${modern ? 3 : 2}
root = "${this.root}/root"
state = "${this.root}/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
address = "${this.socket}"
${pauseImage}
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
[plugins."${cri}".cni]
${modern ? `bin_dirs = ["${this.#programs.cni}"]` : `bin_dir = "${this.#programs.cni}"`}
conf_dir = "${this.root}/net.d"
[plugins."${cri}".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."${cri}".containerd.runtimes.runc.options]
BinaryName = "${this.#programs.runc}"
[plugins."io.containerd.nri.v1.nri"]
disable = true
`;
  }

  // The range comes from the process id, so that tests that run side by side do not meet.
  #network(): object {
    const subnet = `10.${100 + (process.pid % 100)}.${Math.floor(process.pid / 100) % 250}.0/24`;
    const ipam = { type: 'host-local', ranges: [[{ subnet }]], dataDir: join(this.root, 'addresses') };
    const bridge = { type: 'bridge', bridge: this.#bridge, isGateway: true, ipam };
    return { cniVersion: '1.0.0', name: this.#bridge, plugins: [bridge] };
  }
}

function findPrograms(): Programs | string {
  const cache = process.env['NODELET_CACHE'] ?? '/var/cache/nodelet';
  const prefix = process.env['NODELET_PREFIX'] ?? join(cache, 'prefix');
  const folders = ['usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'];
  const all = [prefix, '/'].flatMap((top) => folders.map((folder) => join(top, folder)));
  const plugins = [prefix, '/'].flatMap((top) => [join(top, 'usr/lib/cni'), join(top, 'opt/cni/bin')]);
  const [containerd, ctr, runc] = ['containerd', 'ctr', 'runc'].map((name) => find(name, all));
  const cni = plugins.find((folder) => find('bridge', [folder]));
  if (!containerd || !ctr) return `there is no containerd, neither in ${prefix} (script/setup) nor on the machine`;
  if (!runc) return 'there is no runc on this machine';
  if (!cni) return `there are no CNI plugins, neither in ${prefix} (script/setup) nor on the machine`;
  return { containerd, ctr, runc, cni };
}

function find(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
