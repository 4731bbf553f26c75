import type { Ingest, PullProgress } from '../../ports/images.ts';
import type { CriChannel } from './channel.ts';
import { ContentService } from './generated/content.pb.ts';

// Where containerd keeps all that was asked for over the CRI.
const headers = { 'containerd-namespace': 'k8s.io' };

/** Bytes of the pulls under way, from containerd's content store. `refused` by every other runtime. */
export class ContainerdPullProgress implements PullProgress {
  readonly #channel: CriChannel;

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  async read(signal: AbortSignal): Promise<readonly Ingest[]> {
    const options = { what: 'read the progress of pulls', effect: 'read', headers } as const;
    const { statuses } = await this.#channel.call(ContentService.listStatuses, { filters: [] }, options, signal);
    return statuses.map(({ ref, offset, total }) => ({
      ref,
      doneBytes: Number(offset),
      totalBytes: Number(total),
    }));
  }
}
