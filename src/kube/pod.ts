import type { ObjectMeta, PodUid } from './meta.ts';
import type { Affinity, Toleration } from './scheduling.ts';
import type { Volume, VolumeMount } from './volume.ts';

/** A decoded and defaulted Pod: what the API server's defaulting would have filled in is filled in. */
export interface Pod {
  readonly metadata: ObjectMeta & { readonly uid: PodUid };
  readonly spec: PodSpec;
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never';

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy: RestartPolicy;
  readonly terminationGracePeriodSeconds: number;
  readonly activeDeadlineSeconds?: number;
  readonly dnsPolicy: 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None';
  readonly dnsConfig?: DnsConfig;
  readonly nodeName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly shareProcessNamespace: boolean;
  readonly hostname?: string;
  readonly subdomain?: string;
  readonly hostAliases?: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  readonly securityContext?: PodSecurityContext;
  readonly serviceAccountName?: string;
  readonly priority?: number;
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly overhead?: ResourceList;
  readonly resources?: ResourceRequirements;
  readonly enableServiceLinks: boolean;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}

export interface DnsConfig {
  readonly nameservers?: readonly string[];
  readonly searches?: readonly string[];
  readonly options?: readonly { readonly name: string; readonly value?: string }[];
}

/** Amounts by resource name, as quantity text ("100m", "64Mi"); see quantity.ts. */
export type ResourceList = Readonly<Record<string, string>>;

export interface ResourceRequirements {
  readonly limits?: ResourceList;
  readonly requests?: ResourceList;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly ports?: readonly ContainerPort[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFromSource[];
  readonly resources?: ResourceRequirements;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly lifecycle?: Lifecycle;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly securityContext?: SecurityContext;
  readonly terminationMessagePath: string;
  readonly terminationMessagePolicy: 'File' | 'FallbackToLogsOnError';
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** Only on init containers: `Always` makes a sidecar. */
  readonly restartPolicy?: 'Always';
}

export interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly hostIP?: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: EnvVarSource;
}

/** Exactly one is set. */
export interface EnvVarSource {
  readonly configMapKeyRef?: KeySelector;
  readonly secretKeyRef?: KeySelector;
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly containerName?: string; readonly resource: string; readonly divisor?: string };
}

export interface KeySelector {
  readonly name: string;
  readonly key: string;
  readonly optional: boolean;
}

/** Exactly one of the two references is set. */
export interface EnvFromSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional: boolean };
  readonly secretRef?: { readonly name: string; readonly optional: boolean };
}

export interface Lifecycle {
  readonly postStart?: LifecycleHandler;
  readonly preStop?: LifecycleHandler;
}

/** Exactly one is set. tcpSocket decodes, and fails when it is run, as upstream has it. */
export interface LifecycleHandler {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: HttpGetAction;
  readonly tcpSocket?: { readonly host?: string; readonly port: number | string };
  readonly sleep?: { readonly seconds: number };
}

export interface HttpGetAction {
  readonly path: string;
  readonly port: number | string;
  readonly host?: string;
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly httpHeaders?: readonly { readonly name: string; readonly value: string }[];
}

export interface PodSecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly supplementalGroups?: readonly number[];
  readonly fsGroup?: number;
  readonly seccompProfile?: SeccompProfile;
  readonly sysctls?: readonly { readonly name: string; readonly value: string }[];
}

export interface SecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly privileged?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly seccompProfile?: SeccompProfile;
  readonly procMount?: 'Default' | 'Unmasked';
}

export interface SeccompProfile {
  readonly type: 'RuntimeDefault' | 'Unconfined' | 'Localhost';
  readonly localhostProfile?: string;
}

/** "namespace/name", as people write it. */
export function fullName(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}
