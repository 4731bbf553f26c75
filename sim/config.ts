import type { AgentConfig } from '../src/agent/node/node-view.ts';
import type { Bytes, MilliCpu } from '../src/lib/brand.ts';
import { seconds } from '../src/lib/time.ts';

const nothingReserved = { cpu: 0 as MilliCpu, memory: 0 as Bytes, ephemeralStorage: 0 as Bytes, pids: 0 };

/** The configuration of the simulated agent: defaults, and two start slots so that pods have to wait for each other. */
export const agentConfig: AgentConfig = {
  node: { ips: [], maxPods: 110, podsPerCore: 0, failSwapOn: true, failCgroupV1: false },
  dirs: {
    root: '/var/lib/nodelet',
    run: '/run/nodelet',
    controlSocket: '/run/nodelet/nodelet.sock',
    podLogs: '/var/log/pods',
  },
  pods: {
    manifestPaths: [],
    fileCheckFrequency: seconds(20),
    clusterDns: [],
    clusterDomain: '',
    resolvConf: '/etc/resolv.conf',
    seccompDefault: false,
    startSlots: 2,
  },
  images: { parallelPulls: 3 },
  cgroups: {
    root: '',
    driver: 'cgroupfs',
    perQos: true,
    enforcePods: true,
    cpuCfsQuota: true,
    cpuCfsQuotaPeriod: seconds(0.1),
  },
  reserved: { kube: nothingReserved, system: nothingReserved, evictionHard: [] },
};
