import { constants } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { PortError } from '../../ports/port-error.ts';

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * An open directory. What is done through it happens in this very directory, whatever its path comes to mean meanwhile:
 * a container that swaps a folder for a link changes nothing.
 */
export class DirectoryHandle implements AsyncDisposable {
  readonly #handle: FileHandle;
  /** The mount that it lies on; a bind mount of the same device has another. */
  readonly mountId: number;

  private constructor(handle: FileHandle, mountId: number) {
    this.#handle = handle;
    this.mountId = mountId;
  }

  /** Opens a directory; rejects (ELOOP, ENOTDIR) when a link or a file stands there. */
  static async open(path: string): Promise<DirectoryHandle> {
    const handle = await open(path, flags);
    try {
      const info = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'utf8');
      const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1];
      if (id === undefined)
        throw new PortError('unavailable', `cannot open ${path}: the kernel does not tell its mount`);
      return new DirectoryHandle(handle, Number(id));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** A path of an entry that leads through the open directory; the entry itself may be a link. */
  entry(name: string): string {
    return `/proc/self/fd/${this.#handle.fd}/${name}`;
  }

  /** A path of the directory itself, for listing it. */
  get itself(): string {
    return `/proc/self/fd/${this.#handle.fd}`;
  }

  child(name: string): Promise<DirectoryHandle> {
    return DirectoryHandle.open(this.entry(name));
  }

  chmod(mode: number): Promise<void> {
    return this.#handle.chmod(mode);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
