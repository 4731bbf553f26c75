import type { ImageSeen } from '../../core/pod/seen.ts';
import type { ImageFilesystem, ImageRow, Images } from '../../ports/images.ts';
import { PortError } from '../../ports/port-error.ts';
import { unlessAbsent } from './answers.ts';
import type { CriChannel } from './channel.ts';
import { imageSeen } from './from-cri.ts';
import { ImageSpec } from './generated/common.pb.ts';
import { ImageServiceService as methods } from './generated/image.pb.ts';

/** Images over the CRI. */
export class CriImages implements Images {
  readonly #channel: CriChannel;

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  async status(reference: string, signal: AbortSignal): Promise<ImageSeen> {
    const options = { what: `look for image ${reference}`, effect: 'read' } as const;
    const request = { image: specOf(reference), verbose: false };
    const answer = await this.#channel.call(methods.imageStatus, request, options, signal).catch(unlessAbsent);
    return answer?.image ? imageSeen(answer.image) : { kind: 'absent' };
  }

  async pull(reference: string, signal: AbortSignal): Promise<ImageSeen> {
    // A pull that was cut off can be begun again without harm, hence `read`. It takes as long as it takes.
    const options = { what: `pull image ${reference}`, effect: 'read', timeout: 'none' } as const;
    const request = { image: { ...specOf(reference), userSpecifiedImage: reference } };
    const { imageRef } = await this.#channel.call(methods.pullImage, request, options, signal);
    const seen = await this.status(imageRef === '' ? reference : imageRef, signal);
    if (seen.kind === 'present') return seen;
    throw new PortError('unavailable', `cannot ${options.what}: it was pulled, and is gone again`);
  }

  async list(signal: AbortSignal): Promise<readonly ImageRow[]> {
    const options = { what: 'list images', effect: 'read' } as const;
    const { images } = await this.#channel.call(methods.listImages, {}, options, signal);
    return images.map((image) => ({
      id: image.id,
      tags: image.repoTags,
      digests: image.repoDigests,
      bytes: Number(image.size),
      pinned: image.pinned,
    }));
  }

  async filesystems(signal: AbortSignal): Promise<readonly ImageFilesystem[]> {
    const options = { what: 'read where images are stored', effect: 'read' } as const;
    const { imageFilesystems } = await this.#channel.call(methods.imageFsInfo, {}, options, signal);
    return imageFilesystems.flatMap(({ fsId, usedBytes }) =>
      fsId === undefined ? [] : [{ path: fsId.mountpoint, usedBytes: Number(usedBytes?.value ?? 0) }],
    );
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    const options = { what: `remove image ${id}`, effect: 'write' } as const;
    await this.#channel.call(methods.removeImage, { image: specOf(id) }, options, signal).catch(unlessAbsent);
  }
}

function specOf(image: string): ImageSpec {
  return ImageSpec.create({ image });
}
