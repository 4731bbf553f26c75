/** A volume of a pod; exactly one source is set. */
export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium: '' | 'Memory'; readonly sizeLimit?: string };
  readonly hostPath?: { readonly path: string; readonly type: HostPathType };
  readonly configMap?: ObjectVolumeSource;
  readonly secret?: ObjectVolumeSource;
}

export type HostPathType =
  | ''
  | 'DirectoryOrCreate'
  | 'Directory'
  | 'FileOrCreate'
  | 'File'
  | 'Socket'
  | 'CharDevice'
  | 'BlockDevice';

/** configMap and secret volumes, which differ only in the word for the name (`name`, `secretName`). */
export interface ObjectVolumeSource {
  readonly name: string;
  readonly items?: readonly KeyToPath[];
  readonly defaultMode: number;
  readonly optional: boolean;
}

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
  readonly subPath?: string;
  readonly mountPropagation?: 'None' | 'HostToContainer' | 'Bidirectional';
}
