import type {
  ContainerConfig,
  ContainerSecurity,
  LinuxResources,
  Mount,
  NamespaceOptions,
  SandboxConfig,
  SeccompConfig,
} from '../../core/pod/runtime-config.ts';
import type * as common from './generated/common.pb.ts';
import * as container from './generated/container.pb.ts';
import * as linux from './generated/linux.pb.ts';
import * as sandbox from './generated/sandbox.pb.ts';

/** The CRI's message for a sandbox that is to be made. */
export function podSandboxConfigOf(config: SandboxConfig): sandbox.PodSandboxConfig {
  return sandbox.PodSandboxConfig.create({
    metadata: { name: config.name, uid: config.uid, namespace: config.namespace, attempt: config.attempt },
    hostname: config.hostname ?? '',
    logDirectory: config.logDirectory,
    ...(config.dns && {
      dnsConfig: {
        servers: [...config.dns.servers],
        searches: [...config.dns.searches],
        options: [...config.dns.options],
      },
    }),
    portMappings: config.portMappings.map((mapping) => ({
      ...mapping,
      protocol: sandbox.Protocol[mapping.protocol],
    })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls,
      securityContext: {
        namespaceOptions: namespacesOf(config.namespaces),
        ...idsOf(config),
        supplementalGroups: config.supplementalGroups.map(BigInt),
        privileged: config.privileged,
        seccomp: profileOf(config.seccomp),
      },
      ...(config.resources && { resources: linuxResourcesOf(config.resources) }),
      ...(config.overhead && { overhead: linuxResourcesOf(config.overhead) }),
    },
  });
}

/** The CRI's message for a container that is to be made. */
export function containerConfigOf(config: ContainerConfig): container.ContainerConfig {
  return container.ContainerConfig.create({
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image, userSpecifiedImage: config.userSpecifiedImage },
    command: [...config.command],
    args: [...config.args],
    workingDir: config.workingDir,
    envs: config.env.map(({ key, value }) => ({ key, value: Buffer.from(value) })),
    mounts: config.mounts.map(mountOf),
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: { resources: linuxResourcesOf(config.resources), securityContext: securityContextOf(config.security) },
  });
}

/** The CRI's resources; what is left out stays as the runtime has it. */
export function linuxResourcesOf(resources: LinuxResources): linux.LinuxContainerResources {
  return linux.LinuxContainerResources.create({
    cpuPeriod: resources.cpuPeriod ?? 0,
    cpuQuota: resources.cpuQuota ?? 0,
    cpuShares: resources.cpuShares ?? 0,
    memoryLimitInBytes: resources.memoryLimit ?? 0,
    memorySwapLimitInBytes: resources.memorySwapLimit ?? 0,
    oomScoreAdj: resources.oomScoreAdj ?? 0,
    unified: resources.unified ?? {},
  });
}

function securityContextOf(security: ContainerSecurity): container.LinuxContainerSecurityContext {
  return container.LinuxContainerSecurityContext.create({
    capabilities: {
      addCapabilities: [...security.capabilities.add],
      dropCapabilities: [...security.capabilities.drop],
    },
    privileged: security.privileged,
    namespaceOptions: namespacesOf(security.namespaces),
    ...idsOf(security),
    runAsUsername: security.runAsUsername ?? '',
    readonlyRootfs: security.readonlyRootfs,
    supplementalGroups: security.supplementalGroups.map(BigInt),
    noNewPrivs: security.noNewPrivs,
    maskedPaths: [...security.maskedPaths],
    readonlyPaths: [...security.readonlyPaths],
    seccomp: profileOf(security.seccomp),
  });
}

// A field is left out rather than sent as 0, which would be root.
function idsOf(ids: { readonly runAsUser?: number; readonly runAsGroup?: number }): {
  runAsUser?: common.Int64Value;
  runAsGroup?: common.Int64Value;
} {
  return {
    ...(ids.runAsUser !== undefined && { runAsUser: { value: BigInt(ids.runAsUser) } }),
    ...(ids.runAsGroup !== undefined && { runAsGroup: { value: BigInt(ids.runAsGroup) } }),
  };
}

function namespacesOf(namespaces: NamespaceOptions): linux.NamespaceOption {
  return linux.NamespaceOption.create({
    network: linux.NamespaceMode[namespaces.network],
    pid: linux.NamespaceMode[namespaces.pid],
    ipc: linux.NamespaceMode[namespaces.ipc],
  });
}

function profileOf(seccomp: SeccompConfig): linux.SecurityProfile {
  return {
    profileType: linux.SecurityProfile_ProfileType[seccomp.type],
    localhostRef: seccomp.localhostRef ?? '',
  };
}

function mountOf(mount: Mount): container.Mount {
  return container.Mount.create({
    containerPath: mount.containerPath,
    hostPath: mount.hostPath,
    readonly: mount.readonly,
    propagation: container.MountPropagation[`PROPAGATION_${mount.propagation}`],
  });
}
