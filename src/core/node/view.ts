import type { Bytes, MilliCpu } from '../../lib/brand.ts';

/** What pod planning reads of the node: settings and figures that seldom change. */
export interface NodeView {
  readonly name: string;
  /** The node's addresses, primary family first. */
  readonly ips: readonly string[];
  readonly directories: {
    /** <root-dir>/pods: one folder a pod, by UID. */
    readonly pods: string;
    /** /var/log/pods */
    readonly podLogs: string;
    /** /var/log/containers */
    readonly containerLogs: string;
    /** <root-dir>/seccomp */
    readonly seccomp: string;
  };
  readonly cgroups: CgroupSettings;
  readonly memoryCapacity: Bytes;
  readonly allocatable: {
    readonly cpu: MilliCpu;
    readonly memory: Bytes;
    readonly ephemeralStorage: Bytes;
    readonly pods: number;
  };
  readonly dns: {
    readonly clusterServers: readonly string[];
    readonly clusterDomain: string;
    /** Parsed from the node's resolv.conf. */
    readonly host: {
      readonly servers: readonly string[];
      readonly searches: readonly string[];
      readonly options: readonly string[];
    };
  };
  readonly seccompDefault: boolean;
  readonly cpuCfsQuota: boolean;
  readonly cpuCfsQuotaPeriodMicros: number;
  /** "containerd": prefix of container ids in status. */
  readonly runtimeName: string;
  /** Node labels, for nodeSelector and affinity at admission. */
  readonly labels: Readonly<Record<string, string>>;
  /** The text of /etc/hosts, for pods with the host's network. */
  readonly hostsFile: string;
  /** Lowering oom_score_adj below the agent's own needs CAP_SYS_RESOURCE; false where it lacks. */
  readonly mayLowerOomScore: boolean;
}

export interface CgroupSettings {
  readonly version: 'v1' | 'v2' | 'hybrid';
  /** The path of "kubepods" beneath each hierarchy, for example "/kubepods". */
  readonly root: string;
  readonly podPidsLimit?: number;
}
