import type { Binaries } from './find.ts';
import { type ContainerdOptions, pathsOf } from './options.ts';

type ConfigOptions = Pick<ContainerdOptions, 'runtime' | 'network'>;

/** What the machine allows, as far as containerd's configuration depends on it. */
export interface MachineRights {
  /** CAP_SYS_RESOURCE: without it an oom_score_adj can only be raised. */
  readonly mayLowerOomScore: boolean;
}

/**
 * The configuration of the embedded containerd: version 3 for containerd 2.x, version 2 for 1.6 and 1.7.
 *
 * Nothing in it may touch what another containerd of the machine uses: sockets, state, NRI, /opt/containerd and the named
 * network namespaces are all its own or switched off.
 */
export function configText(options: ConfigOptions, binaries: Binaries, rights: MachineRights): string {
  const { runtime } = options;
  const paths = pathsOf(options);
  const restrict = runtime.restrictOomScoreAdj === 'auto' ? !rights.mayLowerOomScore : runtime.restrictOomScoreAdj;
  const modern = binaries.version.major >= 2;
  const head = [
    `version = ${modern ? 3 : 2}`,
    `root = ${toml(runtime.rootDir)}`,
    `state = ${toml(paths.state)}`,
    // Where the score cannot be lowered, containerd only logs an error about it at each start.
    ...(runtime.oomScore < 0 && !rights.mayLowerOomScore ? [] : [`oom_score = ${runtime.oomScore}`]),
    // `opt` makes folders in /opt/containerd.
    'disabled_plugins = ["io.containerd.internal.v1.opt"]',
    '[grpc]',
    `address = ${toml(paths.socket)}`,
  ];
  const body = modern ? version3(options, binaries, restrict) : version2(options, binaries, restrict);
  return `${[...head, ...body].join('\n')}\n`;
}

function version3(options: ConfigOptions, binaries: Binaries, restrict: boolean): readonly string[] {
  const images = '[plugins."io.containerd.cri.v1.images"';
  const runtime = '[plugins."io.containerd.cri.v1.runtime"';
  // `bin_dirs` replaced `bin_dir` in 2.1.
  const binDir =
    binaries.version.major > 2 || binaries.version.minor >= 1
      ? `bin_dirs = [${toml(binaries.cniBinDir)}]`
      : `bin_dir = ${toml(binaries.cniBinDir)}`;
  return [
    `${images}.pinned_images]`,
    `sandbox = ${toml(options.runtime.sandboxImage)}`,
    `${images}.registry]`,
    'config_path = "/etc/containerd/certs.d"',
    `${runtime}]`,
    `restrict_oom_score_adj = ${restrict}`,
    'netns_mounts_under_state_dir = true',
    `${runtime}.cni]`,
    binDir,
    `conf_dir = ${toml(options.network.cniConfDir)}`,
    ...runcSection(`${runtime}.containerd`, binaries),
    '[plugins."io.containerd.nri.v1.nri"]',
    'disable = true',
  ];
}

function version2(options: ConfigOptions, binaries: Binaries, restrict: boolean): readonly string[] {
  const cri = '[plugins."io.containerd.grpc.v1.cri"';
  return [
    `${cri}]`,
    `sandbox_image = ${toml(options.runtime.sandboxImage)}`,
    `restrict_oom_score_adj = ${restrict}`,
    'netns_mounts_under_state_dir = true',
    `${cri}.registry]`,
    'config_path = "/etc/containerd/certs.d"',
    `${cri}.cni]`,
    `bin_dir = ${toml(binaries.cniBinDir)}`,
    `conf_dir = ${toml(options.network.cniConfDir)}`,
    ...runcSection(`${cri}.containerd`, binaries),
    // NRI came with 1.7; 1.6 passes over the section of a plugin that it does not have.
    '[plugins."io.containerd.nri.v1.nri"]',
    'disable = true',
  ];
}

function runcSection(parent: string, binaries: Binaries): readonly string[] {
  return [
    `${parent}.runtimes.runc]`,
    'runtime_type = "io.containerd.runc.v2"',
    `${parent}.runtimes.runc.options]`,
    `BinaryName = ${toml(binaries.runc)}`,
    // The cgroupfs driver.
    'SystemdCgroup = false',
  ];
}

/** A basic string of TOML; JSON's escapes are a part of TOML's. */
function toml(text: string): string {
  return JSON.stringify(text);
}
