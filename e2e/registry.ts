import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { packTar } from '../src/lib/host/tar.ts';
import { busyboxImage, digestOf } from '../src/testing/real/busybox-image.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar';
const chunkBytes = 64 * 1024;

interface Published {
  readonly manifest: Uint8Array;
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly bytesPerSecond: number;
}

/** How a repository's image is served. */
export interface PublishOptions {
  /** A file of this content in a layer of its own. */
  readonly payload?: Uint8Array;
  readonly bytesPerSecond?: number;
}

/** A registry on loopback whose images, speed and faults a test sets while it runs. */
export class TestRegistry implements AsyncDisposable {
  #server: Server | undefined;
  #port = 0;
  readonly #images = new Map<string, Published>();
  readonly #status = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #sending = new Map<string, number>();
  /** Most repositories whose layers were sent at once. */
  mostAtOnce = 0;

  static async start(): Promise<TestRegistry> {
    const registry = new TestRegistry();
    await registry.up();
    return registry;
  }

  /** Listens; again on the same port after `down`. */
  async up(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections, and cuts those that are open. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  reference(repository: string): string {
    return `127.0.0.1:${this.#port}/${repository}:1`;
  }

  /** Makes an image: a busybox, marked with its repository so that it shares no layer, and the payload. */
  publish(repository: string, { payload, bytesPerSecond = Number.POSITIVE_INFINITY }: PublishOptions = {}): void {
    const base = busyboxImage({ command: ['sh'], marker: repository });
    const more = payload && packTar([{ kind: 'file', name: 'payload', mode: 0o644, data: payload }]);
    const layers = [base.layer, ...(more ? [more] : [])];
    const described = JSON.parse(Buffer.from(base.config).toString()) as Record<string, unknown>;
    const rootfs = { type: 'layers', diff_ids: layers.map(digestOf) };
    const config = Buffer.from(JSON.stringify({ ...described, rootfs }));
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: layers.map((layer) => ({ mediaType: layerType, digest: digestOf(layer), size: layer.length })),
    };
    this.#images.set(repository, {
      manifest: Buffer.from(JSON.stringify(manifest)),
      blobs: new Map([...layers, config].map((blob) => [digestOf(blob), blob])),
      bytesPerSecond,
    });
    this.#status.delete(repository);
  }

  /** Answers everything about a repository with this status. */
  refuse(repository: string, status: number): void {
    this.#status.set(repository, status);
  }

  /** How often somebody asked for the repository's manifest. */
  asked(repository: string): number {
    return this.#asked.get(repository) ?? 0;
  }

  /** Whether a blob of the repository is being sent. */
  isSending(repository: string): boolean {
    return this.#sending.has(repository);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  async #answer({ url = '', method }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, repository = '', kind = '', name = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)/.exec(url) ?? [];
    if (kind === 'manifests') this.#asked.set(repository, this.asked(repository) + 1);
    const image = this.#images.get(repository);
    const status = this.#status.get(repository) ?? (image === undefined ? 404 : 200);
    const blob = kind === 'manifests' ? image?.manifest : image?.blobs.get(name);
    if (status !== 200 || image === undefined || blob === undefined) {
      response.writeHead(status === 200 ? 404 : status, { 'www-authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const type = kind === 'manifests' ? { 'content-type': manifestType, 'docker-content-digest': digestOf(blob) } : {};
    response.writeHead(200, { 'content-length': blob.length, ...type });
    if (method === 'HEAD') response.end();
    else await this.#send(repository, { blob, bytesPerSecond: image.bytesPerSecond }, response);
  }

  async #send(
    repository: string,
    { blob, bytesPerSecond }: { readonly blob: Uint8Array; readonly bytesPerSecond: number },
    response: ServerResponse,
  ): Promise<void> {
    this.#sending.set(repository, (this.#sending.get(repository) ?? 0) + 1);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#sending.size);
    const begin = performance.now();
    for (let at = 0; at < blob.length && !response.destroyed; at += chunkBytes) {
      const due = (1000 * at) / bytesPerSecond - (performance.now() - begin);
      if (due > 5) await sleep(due);
      response.write(blob.subarray(at, at + chunkBytes));
    }
    response.end();
    const left = (this.#sending.get(repository) ?? 1) - 1;
    if (left === 0) this.#sending.delete(repository);
    else this.#sending.set(repository, left);
  }
}
