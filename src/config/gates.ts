import { otherGates } from './other-gates.ts';

export type GateStage = 'Alpha' | 'Beta' | 'GA' | 'Deprecated';

/** A feature gate that a kubelet asks for. */
export interface Gate {
  readonly name: string;
  readonly stage: GateStage;
  readonly default: boolean;
  /** A locked gate can only be set to its default. */
  readonly locked: boolean;
}

/** What nodelet does by a gate; every other gate is accepted without effect. */
export const actingGates: Readonly<Record<string, string>> = {
  CustomCPUCFSQuotaPeriod: 'whether cpuCFSQuotaPeriod may differ from 100ms',
};

/** Switches for all gates of a stage; a gate that is named itself stands over them. */
export const stageGates: Readonly<Record<string, GateStage>> = { AllAlpha: 'Alpha', AllBeta: 'Beta' };

type Row = readonly [name: string, value: boolean, locked: boolean];

const alpha: readonly Row[] = [
  ['CPUManagerPolicyAlphaOptions', false, false],
  ['CRIListStreaming', false, false],
  ['CSIVolumeHealth', false, false],
  ['ClientsAllowCBOR', false, false],
  ['ClientsPreferCBOR', false, false],
  ['ContainerStopSignals', false, false],
  ['DRAWorkloadResourceClaims', false, false],
  ['EventedPLEG', false, false],
  ['ImageVolumeWithDigest', false, false],
  ['InPlacePodVerticalScalingExclusiveCPUs', false, false],
  ['InPlacePodVerticalScalingExclusiveMemory', false, false],
  ['KubeletInUserNamespace', false, false],
  ['LoggingAlphaOptions', false, false],
  ['MemoryQoS', false, false],
  ['PodAndContainerStatsFromCRI', false, false],
  ['PodLevelResourceManagers', false, false],
  ['PodLogsQuerySplitStreams', false, false],
  ['PodsAPI', false, false],
  ['QOSReserved', false, false],
  ['ReduceDefaultCrashLoopBackOffDecay', false, false],
  ['RuntimeClassInImageCriApi', false, false],
  ['TaintTolerationComparisonOperators', false, false],
  ['TopologyManagerPolicyAlphaOptions', false, false],
  ['UserNamespacesHostNetworkSupport', false, false],
  ['WindowsCPUAndMemoryAffinity', false, false],
];

const beta: readonly Row[] = [
  ['CPUManagerPolicyBetaOptions', true, false],
  ['ClusterTrustBundleProjection', false, false],
  ['ComponentFlagz', true, false],
  ['ComponentStatusz', true, false],
  ['ContainerCheckpoint', true, false],
  ['ContainerRestartRules', true, false],
  ['ContextualLogging', true, false],
  ['DRAExtendedResource', true, false],
  ['EnvFiles', true, false],
  ['ExtendWebSocketsToKubelet', true, false],
  ['GracefulNodeShutdown', true, false],
  ['GracefulNodeShutdownBasedOnPodPriority', true, false],
  ['HostnameOverride', true, false],
  ['InPlacePodLevelResourcesVerticalScaling', true, false],
  ['InPlacePodVerticalScalingInitContainers', true, false],
  ['KubeletCrashLoopBackOffMax', true, false],
  ['KubeletEnsureSecretPulledImages', true, false],
  ['KubeletSeparateDiskGC', true, false],
  ['KubeletServiceAccountTokenForCredentialProviders', true, false],
  ['LocalStorageCapacityIsolationFSQuotaMonitoring', false, false],
  ['LoggingBetaOptions', true, false],
  ['NodeDeclaredFeatures', true, false],
  ['PLEGOnDemandRelist', true, false],
  ['PodCertificateRequest', false, false],
  ['PodLevelResources', true, false],
  ['PodReadyToStartContainersCondition', true, false],
  ['PreventStaticPodAPIReferences', true, false],
  ['ReloadKubeletClientCAFile', true, false],
  ['ReloadKubeletServerCertificateFile', true, false],
  ['ResourceHealthStatus', true, false],
  ['ResourceHealthStatusMessage', true, false],
  ['RestartAllContainersOnContainerExits', true, false],
  ['RotateKubeletServerCertificate', true, false],
  ['SELinuxMount', false, false],
  ['TopologyManagerPolicyBetaOptions', true, false],
  ['WatchListClient', true, false],
  ['WindowsGracefulNodeShutdown', true, false],
];

const ga: readonly Row[] = [
  ['CustomCPUCFSQuotaPeriod', true, false],
  ['DynamicResourceAllocation', true, true],
  ['ImageMaximumGCAge', true, true],
  ['ImageVolume', true, true],
  ['InOrderInformers', true, true],
  ['InPlacePodVerticalScaling', true, true],
  ['KubeletFineGrainedAuthz', true, true],
  ['KubeletPSI', true, true],
  ['KubeletPodResourcesGet', true, true],
  ['MutableCSINodeAllocatableCount', true, true],
  ['NodeLogQuery', true, true],
  ['NodeSwap', true, true],
  ['PodLifecycleSleepAction', true, true],
  ['PodObservedGenerationTracking', true, true],
  ['RecoverVolumeExpansionFailure', true, true],
  ['RecursiveReadOnlyMounts', true, true],
  ['SELinuxChangePolicy', true, true],
  ['SELinuxMountReadWriteOncePod', true, true],
  ['SupplementalGroupsPolicy', true, true],
  ['TopologyManagerPolicyOptions', true, true],
  ['UserNamespacesSupport', true, true],
];

const deprecated: readonly Row[] = [
  ['AllowDNSOnlyNodeCSR', false, false],
  ['ChangeContainerStatusOnKubeletRestart', false, false],
  ['DisableCPUQuotaWithExclusiveCPUs', true, false],
  ['DisableNodeKubeProxyVersion', true, true],
  ['GitRepoVolumeDriver', false, true],
  ['KubeletPodResourcesListUseActivePods', true, false],
  ['KubeletRegistrationGetOnExistsOnly', false, false],
];

/** Every gate that a kubelet asks for. */
export const gates: readonly Gate[] = [
  ...gatesOf('Alpha', alpha),
  ...gatesOf('Beta', beta),
  ...gatesOf('GA', ga),
  ...gatesOf('Deprecated', deprecated),
].sort((one, other) => (one.name < other.name ? -1 : 1));

const byName: ReadonlyMap<string, Gate> = new Map(gates.map((gate) => [gate.name, gate]));
const others: ReadonlySet<string> = new Set(otherGates);

export function gateNamed(name: string): Gate | undefined {
  return byName.get(name);
}

/** Whether any component of Kubernetes has the gate: clusters hand one list to all of them. */
export function isKnownGate(name: string): boolean {
  return byName.has(name) || others.has(name) || Object.hasOwn(stageGates, name);
}

/** Every gate name that is right, for the nearest one to a wrong one. */
export function gateNames(): readonly string[] {
  return [...byName.keys(), ...others, ...Object.keys(stageGates)];
}

/** Whether the gate is on, given what the configuration says of gates. */
export function isGateOn(name: string, set: ReadonlyMap<string, boolean>): boolean {
  const gate = byName.get(name);
  const own = set.get(name);
  if (own !== undefined) return own;
  for (const [all, stage] of Object.entries(stageGates)) {
    const wholeStage = set.get(all);
    if (gate?.stage === stage && wholeStage !== undefined) return wholeStage;
  }
  return gate?.default ?? false;
}

function gatesOf(stage: GateStage, rows: readonly Row[]): readonly Gate[] {
  return rows.map(([name, value, locked]) => ({ name, stage, default: value, locked }));
}
