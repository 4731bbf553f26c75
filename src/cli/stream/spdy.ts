import { request } from 'node:http';
import type { Socket } from 'node:net';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { CommandError } from '../command.ts';
import { lengthPrefixed, spdyDictionary } from './spdy-dictionary.ts';
import { dataFrame, FrameReader, openFrame, pingFrame } from './spdy-frames.ts';

/** What comes in on one stream. */
export interface StreamReader {
  /** Returns false when it can take no more before `SpdyConnection.resume()`. */
  readonly data: (chunk: Buffer) => boolean;
  readonly end: () => void;
}

/** One open stream, for what goes out. */
export interface OpenStream {
  /** False when the connection is full: wait for `SpdyConnection.drained()`. */
  write(chunk: Uint8Array): boolean;
  /** Closes our half: the far side reads the end of its input. */
  end(): void;
}

/**
 * A SPDY/3.1 connection to a runtime's streaming server, upgraded from HTTP/1.1.
 *
 * SPDY rather than WebSocket: in the version of the protocol that containerd 1.6 to 2.1 speak over WebSocket there is no
 * way to end the standard input alone, and `echo x | nodelet exec -i pod -- cat` would never end.
 */
export class SpdyConnection {
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #deflate: Deflate;
  readonly #frames = new FrameReader();
  readonly #readers = new Map<number, StreamReader>();
  #nextStream = 1;

  private constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    // One compression context for all header blocks, each flushed to a whole number of bytes.
    this.#deflate = createDeflate({ dictionary: spdyDictionary(), flush: constants.Z_SYNC_FLUSH });
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    // Every error is followed by `close`.
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    void this.closed.then(() => this.#endAll());
    if (head.length > 0) this.#receive(head);
  }

  /** Connects and agrees on one of the protocols that ride on the streams. */
  static connect(url: string, protocols: readonly string[]): Promise<SpdyConnection> {
    return new Promise((resolve, reject) => {
      const call = request(url, {
        method: 'POST',
        headers: {
          connection: 'Upgrade',
          upgrade: 'SPDY/3.1',
          'x-stream-protocol-version': [...protocols],
          'content-length': 0,
        },
      });
      call.once('upgrade', (_, socket, head) => resolve(new SpdyConnection(socket as Socket, head)));
      call.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          const said = Buffer.concat(chunks).toString().trim();
          reject(new CommandError(`the runtime refused the stream: ${response.statusCode} ${said}`));
        });
      });
      call.once('error', (error) =>
        reject(new CommandError(`cannot reach the runtime's streaming server: ${error.message}`, { cause: error })),
      );
      call.end();
    });
  }

  async open(headers: Readonly<Record<string, string>>, reader: StreamReader): Promise<OpenStream> {
    const id = this.#nextStream;
    // The side that connected has the odd numbers.
    this.#nextStream += 2;
    this.#readers.set(id, reader);
    this.#socket.write(openFrame(id, await this.#headerBlock(headers)));
    return {
      write: (chunk) => this.#socket.write(dataFrame(id, chunk, false)),
      end: () => {
        if (this.#socket.writable) this.#socket.write(dataFrame(id, new Uint8Array(), true));
      },
    };
  }

  /** Resolves when what was written has gone out. */
  drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return Promise.resolve();
    return Promise.race([new Promise<void>((resolve) => this.#socket.once('drain', resolve)), this.closed]);
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #headerBlock(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const entries = Object.entries(headers);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(entries.length);
    const plain = Buffer.concat([
      count,
      ...entries.flatMap(([name, value]) => [lengthPrefixed(name.toLowerCase()), lengthPrefixed(value)]),
    ]);
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const collect = (chunk: Buffer): number => chunks.push(chunk);
      this.#deflate.on('data', collect);
      this.#deflate.write(plain, () => {
        this.#deflate.off('data', collect);
        resolve(Buffer.concat(chunks));
      });
    });
  }

  #receive(bytes: Buffer): void {
    for (const frame of this.#frames.push(bytes)) {
      if (frame.kind === 'ping') this.#socket.write(pingFrame(frame.id));
      if (frame.kind === 'data') {
        const reader = this.#readers.get(frame.stream);
        if (frame.data.length > 0 && reader?.data(frame.data) === false) this.#socket.pause();
        if (frame.fin) this.#endStream(frame.stream);
      }
      if (frame.kind === 'reset' || (frame.kind === 'reply' && frame.fin)) this.#endStream(frame.stream);
    }
  }

  #endStream(id: number): void {
    const reader = this.#readers.get(id);
    this.#readers.delete(id);
    reader?.end();
  }

  #endAll(): void {
    for (const id of [...this.#readers.keys()]) this.#endStream(id);
    this.#deflate.close();
  }
}
