import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BusyboxImageOptions, busyboxImage, digestOf } from './busybox-image.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * A registry on loopback with one image, by the tag `latest` of every repository but three: `missing` is not there,
 * `secret` is for others, and of `held` the layer is sent up to its middle and no further, for pulls that shall not end.
 */
export class LoopbackRegistry implements Disposable {
  readonly #server: Server;
  readonly #image: Uploaded = uploaded({ command: ['sh'], marker: 'from a registry' });
  // A layer of its own, since one that the runtime has from elsewhere is not fetched; and so large that its half shows,
  // since containerd counts whole MiB.
  readonly #held: Uploaded = uploaded({ command: ['sh'], marker: 'held'.repeat(1024 * 1024) });

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request.url ?? '', response));
  }

  static async start(): Promise<LoopbackRegistry> {
    const registry = new LoopbackRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** A reference to the image under a repository's name. */
  reference(repository: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `127.0.0.1:${port}/${repository}:latest`;
  }

  [Symbol.dispose](): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(url: string, response: ServerResponse): void {
    const [, repository = '', kind = '', name = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)/.exec(url) ?? [];
    const image = repository === 'held' ? this.#held : this.#image;
    const blob = kind === 'manifests' ? image.manifest : image.blobs.get(name);
    if (repository === 'secret') response.writeHead(403).end();
    else if (repository === 'missing' || !blob) response.writeHead(404).end();
    else {
      const type =
        kind === 'manifests' ? { 'content-type': manifestType, 'docker-content-digest': digestOf(blob) } : {};
      response.writeHead(200, { 'content-length': blob.length, ...type });
      if (repository === 'held' && blob === image.layer) response.write(blob.subarray(0, blob.length / 2));
      else response.end(blob);
    }
  }
}

interface Uploaded {
  readonly manifest: Uint8Array;
  readonly layer: Uint8Array;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
}

function uploaded(options: BusyboxImageOptions): Uploaded {
  const { layer, config } = busyboxImage(options);
  const [layerDigest, configDigest] = [digestOf(layer), digestOf(config)];
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: configDigest, size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layerDigest, size: layer.length }],
  };
  const blobs = new Map([
    [layerDigest, layer],
    [configDigest, config],
  ]);
  return { manifest: Buffer.from(JSON.stringify(manifest)), layer, blobs };
}
