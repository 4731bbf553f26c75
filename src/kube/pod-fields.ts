import type { Finding, Path } from './finding.ts';
import { isRecord } from './input.ts';
import { nearest } from './nearest.ts';

/**
 * Every field that these kinds have upstream, and what nodelet does with it: a shape a line, its fields by name.
 *
 * A mark behind the name says what becomes of the field: none: it is acted on; `?`: accepted, and not acted on yet;
 * `.`: nothing on a node depends on it; `!`: refused, because a pod that runs without it would do harm. After a colon
 * stands the shape of what it holds (or of each item of the list that it holds).
 */
const table: Readonly<Record<string, string>> = {
  Pod: 'apiVersion kind metadata:Meta spec:PodSpec status.',
  ConfigMap: 'apiVersion kind metadata:Meta data binaryData immutable.',
  Secret: 'apiVersion kind metadata:Meta type data stringData immutable.',
  Meta: `name namespace uid labels annotations generation resourceVersion creationTimestamp deletionTimestamp
    deletionGracePeriodSeconds finalizers. ownerReferences. generateName. managedFields. selfLink.`,
  PodSpec: `containers:Container initContainers:InitContainer ephemeralContainers! volumes:Volume restartPolicy
    terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy dnsConfig:DnsConfig nodeName nodeSelector
    affinity:Affinity tolerations:Toleration hostNetwork hostPID hostIPC hostUsers shareProcessNamespace hostname
    subdomain hostnameOverride? setHostnameAsFQDN? hostAliases:HostAlias securityContext:PodSecurity
    serviceAccountName serviceAccount automountServiceAccountToken. priority priorityClassName preemptionPolicy.
    runtimeClassName overhead resources:PodResources resourceClaims! readinessGates?:ReadinessGate
    schedulingGates.:SchedulingGate schedulingGroup.:SchedulingGroup schedulerName. topologySpreadConstraints.
    enableServiceLinks imagePullSecrets:LocalReference os:Os`,
  Os: 'name',
  LocalReference: 'name',
  ReadinessGate: 'conditionType',
  SchedulingGate: 'name',
  SchedulingGroup: 'podGroupName',
  HostAlias: 'ip hostnames',
  DnsConfig: 'nameservers searches options:DnsOption',
  DnsOption: 'name value',
  Affinity: 'nodeAffinity:NodeAffinity podAffinity. podAntiAffinity.',
  NodeAffinity: `requiredDuringSchedulingIgnoredDuringExecution:NodeSelector
    preferredDuringSchedulingIgnoredDuringExecution.`,
  NodeSelector: 'nodeSelectorTerms:NodeSelectorTerm',
  NodeSelectorTerm: 'matchExpressions:NodeRequirement matchFields:NodeRequirement',
  NodeRequirement: 'key operator values',
  Toleration: 'key operator value effect tolerationSeconds',
  Container: `name image command args workingDir ports:Port env:Env envFrom:EnvFrom resources:Resources
    resizePolicy?:ResizePolicy restartPolicy? restartPolicyRules?:RestartRule volumeMounts:Mount
    volumeDevices!:Device livenessProbe?:Probe readinessProbe?:Probe startupProbe?:Probe lifecycle:Lifecycle
    terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext:Security stdin stdinOnce tty`,
  InitContainer: '=Container restartPolicy',
  Port: 'name containerPort hostPort hostIP protocol',
  Env: 'name value valueFrom:EnvSource',
  EnvSource:
    'configMapKeyRef:KeyRef secretKeyRef:KeyRef fieldRef:FieldRef resourceFieldRef:ResourceRef fileKeyRef!:FileRef',
  KeyRef: 'name key optional',
  FieldRef: 'apiVersion fieldPath',
  ResourceRef: 'containerName resource divisor',
  FileRef: 'volumeName path key optional',
  EnvFrom: 'prefix configMapRef:ObjectRef secretRef:ObjectRef',
  ObjectRef: 'name optional',
  Resources: 'limits requests claims!:Claim',
  PodResources: '=Resources',
  Claim: 'name request',
  ResizePolicy: 'resourceName restartPolicy',
  RestartRule: 'action exitCodes:ExitCodes',
  ExitCodes: 'operator values',
  Mount: 'name mountPath readOnly recursiveReadOnly subPath subPathExpr! mountPropagation',
  Device: 'name devicePath',
  Probe: `exec:Exec httpGet:HttpGet tcpSocket:TcpSocket grpc:Grpc initialDelaySeconds periodSeconds timeoutSeconds
    successThreshold failureThreshold terminationGracePeriodSeconds`,
  Grpc: 'port service',
  Lifecycle: 'postStart:Handler preStop:Handler stopSignal?',
  Handler: 'exec:Exec httpGet:HttpGet tcpSocket:TcpSocket sleep:Sleep',
  Exec: 'command',
  HttpGet: 'path port host scheme httpHeaders:Header',
  Header: 'name value',
  TcpSocket: 'host port',
  Sleep: 'seconds',
  PodSecurity: `runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy? fsGroup
    fsGroupChangePolicy? seccompProfile:Seccomp sysctls:Sysctl appArmorProfile?:AppArmor seLinuxOptions?:SeLinux
    seLinuxChangePolicy? windowsOptions.:Windows`,
  Security: `runAsUser runAsGroup runAsNonRoot privileged readOnlyRootFilesystem allowPrivilegeEscalation
    capabilities:Capabilities seccompProfile:Seccomp procMount appArmorProfile?:AppArmor seLinuxOptions?:SeLinux
    windowsOptions.:Windows`,
  Capabilities: 'add drop',
  Seccomp: 'type localhostProfile',
  AppArmor: 'type localhostProfile',
  SeLinux: 'user role type level',
  Windows: 'gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess',
  Sysctl: 'name value',
  Volume: `name emptyDir:EmptyDir hostPath:HostPath configMap:ConfigMapSource secret:SecretSource projected!
    downwardAPI! persistentVolumeClaim! ephemeral! csi! image! nfs! iscsi! fc! flexVolume! gitRepo! rbd! cephfs!
    glusterfs! cinder! awsElasticBlockStore! azureDisk! azureFile! gcePersistentDisk! vsphereVolume!
    portworxVolume! photonPersistentDisk! quobyte! scaleIO! storageos! flocker!`,
  EmptyDir: 'medium sizeLimit',
  HostPath: 'path type',
  ConfigMapSource: 'name items:KeyToPath defaultMode optional',
  SecretSource: 'secretName items:KeyToPath defaultMode optional',
  KeyToPath: 'key path mode',
};

/** Why a refused field cannot be taken; the others cannot be provided yet. */
const refusals: Readonly<Record<string, string>> = {
  ephemeralContainers: 'can only be added to a running pod, through an API server',
  gitRepo: 'is refused: running git for a pod gave containers the host; clone in an init container into an emptyDir',
};

const removedUpstream = new Set(
  'rbd cephfs glusterfs photonPersistentDisk quobyte scaleIO storageos flocker'.split(' '),
);

interface FieldRow {
  readonly standing: FieldStanding;
  readonly shape?: string;
}

/** What becomes of a field. */
export type FieldStanding = 'acts' | 'later' | 'nothing' | 'refused';

const standingOf: Readonly<Record<string, FieldStanding>> = { '?': 'later', '.': 'nothing', '!': 'refused' };

const shapes: ReadonlyMap<string, ReadonlyMap<string, FieldRow>> = readTable();

function readTable(): Map<string, ReadonlyMap<string, FieldRow>> {
  const read = new Map<string, ReadonlyMap<string, FieldRow>>();
  for (const [name, line] of Object.entries(table)) {
    const rows = new Map<string, FieldRow>();
    for (const word of line.split(/\s+/)) {
      // "=Other" begins with the fields of another shape, which stands above.
      if (word.startsWith('=')) for (const [field, row] of read.get(word.slice(1)) ?? []) rows.set(field, row);
      const [, field, mark = '', shape] = /^(\w+)([?.!]?)(?::(\w+))?$/.exec(word) ?? [];
      if (field === undefined) continue;
      const standing = standingOf[mark] ?? 'acts';
      rows.set(field, shape === undefined ? { standing } : { standing, shape });
    }
    read.set(name, rows);
  }
  return read;
}

export type KnownKind = 'Pod' | 'ConfigMap' | 'Secret';

/** Finds fields that nobody knows, that are refused, and (as warnings) that are not acted on yet. */
export function checkFields(kind: KnownKind, value: unknown): { findings: Finding[]; warnings: Finding[] } {
  const found = { findings: [], warnings: [] };
  checkObject(value, { shape: kind, path: [], quiet: false }, found);
  return found;
}

interface Place {
  readonly shape: string;
  readonly path: Path;
  /** Beneath a field that was remarked on already: only unknown names count. */
  readonly quiet: boolean;
}

function checkObject(value: unknown, at: Place, found: { findings: Finding[]; warnings: Finding[] }): void {
  if (Array.isArray(value)) {
    for (const [place, item] of value.entries()) checkObject(item, { ...at, path: [...at.path, place] }, found);
    return;
  }
  const rows = shapes.get(at.shape);
  // What is no object is for the decoder to refuse.
  if (rows === undefined || !isRecord(value)) return;
  for (const [name, held] of Object.entries(value)) {
    const path = [...at.path, name];
    const row = rows.get(name);
    if (row === undefined) found.findings.push({ path, message: unknownField(name, rows.keys()) });
    if (row === undefined || held === null || held === undefined) continue;
    if (row.standing === 'refused' && !at.quiet) found.findings.push({ path, message: refusalOf(name) });
    if (row.standing === 'later' && !at.quiet) {
      found.warnings.push({ path, message: 'is accepted but not acted on yet' });
    }
    if (row.shape === undefined) continue;
    checkObject(held, { shape: row.shape, path, quiet: at.quiet || row.standing !== 'acts' }, found);
  }
}

function unknownField(name: string, known: Iterable<string>): string {
  const meant = nearest(name, known);
  return meant === undefined ? 'is not a known field' : `is not a known field; did you mean ${meant}?`;
}

function refusalOf(name: string): string {
  if (removedUpstream.has(name)) return 'is a kind of volume that Kubernetes has removed';
  return refusals[name] ?? 'is something that nodelet cannot provide yet, and the pod would run without it';
}

/** Every known field of a kind with what becomes of it: for documentation and for the test of completeness. */
export function fieldRows(kind: KnownKind): readonly { readonly field: string; readonly standing: FieldStanding }[] {
  const rows: { field: string; standing: FieldStanding }[] = [];
  const walk = (shape: string, path: string, above: FieldStanding): void => {
    for (const [name, row] of shapes.get(shape) ?? []) {
      const field = path === '' ? name : `${path}.${name}`;
      const standing = above === 'acts' ? row.standing : above;
      rows.push({ field, standing });
      if (row.shape !== undefined) walk(row.shape, field, standing);
    }
  };
  walk(kind, '', 'acts');
  return rows;
}
