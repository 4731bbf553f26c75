import { createHash } from 'node:crypto';
import { packTar, type TarEntry } from '../../lib/host/tar.ts';

/** The processor families an image is packed for, by OCI's names. */
export type ImageArchitecture = 'amd64' | 'arm64';

/** What an image holds and runs; `ref` is a full reference such as `localhost/nodelet/busybox:1`. */
export type ImageSpec = {
  readonly ref: string;
  readonly architecture: ImageArchitecture;
  readonly files: readonly TarEntry[];
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

const mediaType = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** A blob with the descriptor that others refer to it by. */
type Blob = {
  readonly data: Uint8Array;
  readonly descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
};

/**
 * Packs an image of one layer as an OCI image archive, the form that containerd imports.
 *
 * Deterministic: the same files give the same digest, so importing it again changes nothing. The layer is not
 * compressed: the archive never leaves the machine.
 */
export function packImage(image: ImageSpec): Uint8Array {
  const layer = blobOf(mediaType.layer, packTar(image.files));
  const config = blobOf(mediaType.config, json(configOf(image, layer)));
  const manifest = blobOf(
    mediaType.manifest,
    json({
      schemaVersion: 2,
      mediaType: mediaType.manifest,
      config: config.descriptor,
      layers: [layer.descriptor],
    }),
  );
  const blobs = [config, layer, manifest].map(
    ({ data, descriptor }): TarEntry => ({
      kind: 'file',
      name: `blobs/${descriptor.digest.replace(':', '/')}`,
      mode: 0o644,
      data,
    }),
  );
  return packTar([
    { kind: 'file', name: 'oci-layout', mode: 0o644, data: json({ imageLayoutVersion: '1.0.0' }) },
    { kind: 'file', name: 'index.json', mode: 0o644, data: json(indexOf(image, manifest)) },
    { kind: 'folder', name: 'blobs', mode: 0o755 },
    { kind: 'folder', name: 'blobs/sha256', mode: 0o755 },
    ...blobs,
  ]);
}

/** The processor family of this machine by OCI's name; throws on one that nodelet does not know. */
export function imageArchitecture(arch: string): ImageArchitecture {
  if (arch === 'x64') return 'amd64';
  if (arch === 'arm64') return 'arm64';
  throw new RangeError(`cannot pack an image for ${arch}: only x64 and arm64 are known`);
}

function configOf(image: ImageSpec, layer: Blob): object {
  const env = Object.entries(image.env ?? {}).map(([name, value]) => `${name}=${value}`);
  return {
    created: '1970-01-01T00:00:00Z',
    architecture: image.architecture,
    os: 'linux',
    config: { Env: env, Cmd: image.command, WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [layer.descriptor.digest] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'nodelet' }],
  };
}

function indexOf(image: ImageSpec, manifest: Blob): object {
  return {
    schemaVersion: 2,
    mediaType: mediaType.index,
    manifests: [
      {
        ...manifest.descriptor,
        platform: { architecture: image.architecture, os: 'linux' },
        // containerd takes the image's name from the first; other tools know the tag in the second.
        annotations: {
          'io.containerd.image.name': image.ref,
          'org.opencontainers.image.ref.name': image.ref.slice(image.ref.lastIndexOf(':') + 1),
        },
      },
    ],
  };
}

function blobOf(type: string, data: Uint8Array): Blob {
  const digest = `sha256:${createHash('sha256').update(data).digest('hex')}`;
  return { data, descriptor: { mediaType: type, digest, size: data.length } };
}

function json(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
