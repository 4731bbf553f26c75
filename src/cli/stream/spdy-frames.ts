/** A frame of SPDY/3.1, as far as streams of a runtime need them. */
export type Frame =
  | { readonly kind: 'data'; readonly stream: number; readonly fin: boolean; readonly data: Buffer }
  | { readonly kind: 'reply'; readonly stream: number; readonly fin: boolean }
  | { readonly kind: 'reset'; readonly stream: number; readonly status: number }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'goaway' }
  /** Settings, windows, headers: nothing that we act on. */
  | { readonly kind: 'other'; readonly type: number };

const headSize = 8;
const controlBit = 0x80;
const version = 3;
const type = { open: 1, reply: 2, reset: 3, ping: 6, goaway: 7 } as const;
const finFlag = 1;
const largestData = 2 ** 24 - 1;

/** Bytes to the far side: a piece of a stream, its last one with `fin`. */
export function dataFrame(stream: number, data: Uint8Array, fin: boolean): Buffer {
  if (data.length > largestData) throw new RangeError(`cannot frame ${data.length} bytes: at most ${largestData}`);
  const head = Buffer.alloc(headSize);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(data.length, 4);
  head[4] = fin ? finFlag : 0;
  return Buffer.concat([head, data]);
}

/** Opens a stream; `headers` is its compressed header block. */
export function openFrame(stream: number, headers: Uint8Array): Buffer {
  // Associated stream, priority and slot: none.
  const body = Buffer.alloc(10);
  body.writeUInt32BE(stream, 0);
  return controlFrame(type.open, Buffer.concat([body, headers]));
}

/** Answers a ping by the same. */
export function pingFrame(id: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(id);
  return controlFrame(type.ping, body);
}

function controlFrame(kind: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(headSize);
  head.writeUInt16BE((controlBit << 8) | version, 0);
  head.writeUInt16BE(kind, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** Cuts bytes, as they come, into frames. */
export class FrameReader {
  #waiting: Buffer = Buffer.alloc(0);

  push(bytes: Uint8Array): readonly Frame[] {
    this.#waiting = this.#waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #next(): Frame | undefined {
    if (this.#waiting.length < headSize) return undefined;
    const length = this.#waiting.readUIntBE(5, 3);
    if (this.#waiting.length < headSize + length) return undefined;
    const head = this.#waiting.subarray(0, headSize);
    const body = this.#waiting.subarray(headSize, headSize + length);
    this.#waiting = this.#waiting.subarray(headSize + length);
    return frameOf(head, body);
  }
}

function frameOf(head: Buffer, body: Buffer): Frame {
  const fin = ((head[4] ?? 0) & finFlag) !== 0;
  if (((head[0] ?? 0) & controlBit) === 0) return { kind: 'data', stream: head.readUInt32BE(0), fin, data: body };
  const kind = head.readUInt16BE(2);
  if (kind === type.goaway) return { kind: 'goaway' };
  if (kind === type.reply && body.length >= 4) return { kind: 'reply', stream: streamOf(body), fin };
  if (kind === type.reset && body.length >= 8) {
    return { kind: 'reset', stream: streamOf(body), status: body.readUInt32BE(4) };
  }
  if (kind === type.ping && body.length >= 4) return { kind: 'ping', id: body.readUInt32BE(0) };
  return { kind: 'other', type: kind };
}

function streamOf(body: Buffer): number {
  return body.readUInt32BE(0) & 0x7fffffff;
}
