/** A volume as it must be in place, with all content resolved. `version` changes whenever anything else does. */
export type VolumePlan = { readonly name: string; readonly version: string; readonly path: string } & VolumeSource;

export type VolumeSource =
  | { readonly kind: 'directory'; readonly mode: number; readonly group?: number }
  | { readonly kind: 'tmpfs'; readonly mode: number; readonly group?: number; readonly sizeBytes?: number }
  | {
      /** configMap, secret: files swapped as one set, never half of two. */
      readonly kind: 'files';
      readonly files: readonly VolumeFile[];
      readonly group?: number;
      /** Secrets live in memory only. */
      readonly tmpfs: boolean;
    }
  | { readonly kind: 'hostPath'; readonly type: string };

export interface VolumeFile {
  /** Relative, without "..". */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array | string;
}
