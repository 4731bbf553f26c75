import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packTar } from '../../lib/host/tar.ts';

/** The blobs of an image that holds the machine's static busybox and nothing else. */
export interface BusyboxImage {
  readonly layer: Uint8Array;
  readonly config: Uint8Array;
}

/** Where a static busybox is expected on the machine that tests. */
export const busyboxPath = '/bin/busybox';

// What the tests run; each is a link to the one program.
const applets = ['sh', 'sleep', 'cat', 'echo', 'id', 'true', 'wget', 'httpd', 'hostname', 'kill', 'ls', 'seq', 'nc'];

/** What an image is, beside its busybox. */
export interface BusyboxImageOptions {
  /** What its containers run unless they are told another. */
  readonly command: readonly string[];
  /** USER of the image. */
  readonly user?: string;
  /** Makes its layer another one than that of all other images. */
  readonly marker?: string;
}

export function busyboxImage({ command, user, marker }: BusyboxImageOptions): BusyboxImage {
  const layer = packTar([
    { kind: 'folder', name: 'bin', mode: 0o755 },
    { kind: 'folder', name: 'etc', mode: 0o755 },
    { kind: 'folder', name: 'tmp', mode: 0o777 },
    { kind: 'file', name: 'bin/busybox', mode: 0o755, data: readFileSync(busyboxPath) },
    ...applets.map((name) => ({ kind: 'link', name: `bin/${name}`, target: 'busybox' }) as const),
    { kind: 'file', name: 'etc/passwd', mode: 0o644, data: Buffer.from('root:x:0:0:root:/:/bin/sh\n') },
    { kind: 'file', name: 'etc/marker', mode: 0o644, data: Buffer.from(marker ?? '') },
  ]);
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: command, Env: ['PATH=/bin'], WorkingDir: '/', ...(user !== undefined && { User: user }) },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
  };
  return { layer, config: Buffer.from(JSON.stringify(config)) };
}

/** The image as `docker save` writes it, which `ctr images import` reads. */
export function dockerArchive(reference: string, image: BusyboxImage): Uint8Array {
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }];
  return packTar([
    { kind: 'file', name: 'config.json', mode: 0o644, data: image.config },
    { kind: 'file', name: 'layer.tar', mode: 0o644, data: image.layer },
    { kind: 'file', name: 'manifest.json', mode: 0o644, data: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

/** A blob's name in manifests and registries. */
export function digestOf(blob: Uint8Array): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}
