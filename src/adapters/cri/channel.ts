import { connect } from 'node:net';
import { Client, connectivityState, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Milliseconds, milliseconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import { type CallTold, portErrorOf } from './grpc-error.ts';

/** A unary or server-streaming method, as script/generate writes it. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

/** How a call is to be made. */
export interface CallOptions extends CallTold {
  /** Counts from the call on; `none` waits until the signal ends it. The channel's request timeout when left out. */
  readonly timeout?: Milliseconds | 'none';
  /** Headers beside gRPC's own. */
  readonly headers?: Readonly<Record<string, string>>;
}

// The CRI's agreed limit: a list of some 10,000 containers.
const largestAnswer = 16 * 1024 * 1024;
// On a socket of this machine a refused connect costs microseconds; the kubelet's 3 s would only be waited for.
const firstReconnect = milliseconds(100);
const slowestReconnect = milliseconds(1000);
// Servers written in Go close a connection that is pinged more often than each five minutes.
const keepaliveEach = milliseconds(310_000);
const keepaliveAnswer = milliseconds(20_000);

/**
 * One gRPC connection to a runtime's unix socket, made on first use and again when it broke.
 *
 * Rejects only with `PortError` or the signal's reason. A call is never sent twice: not by us, and gRPC's own retries
 * are off.
 */
export class CriChannel implements Disposable {
  readonly socket: string;
  /** What a call takes at most unless it says otherwise: the kubelet's runtimeRequestTimeout. */
  readonly requestTimeout: Milliseconds;
  readonly #client: Client;

  constructor(options: { readonly socket: string; readonly requestTimeout: Milliseconds }) {
    this.socket = options.socket;
    this.requestTimeout = options.requestTimeout;
    this.#client = new Client(`unix:${options.socket}`, credentials.createInsecure(), {
      // Servers in Rust refuse an authority that is no host name.
      'grpc.default_authority': 'localhost',
      'grpc.max_receive_message_length': largestAnswer,
      'grpc.initial_reconnect_backoff_ms': firstReconnect,
      'grpc.max_reconnect_backoff_ms': slowestReconnect,
      'grpc.keepalive_time_ms': keepaliveEach,
      'grpc.keepalive_timeout_ms': keepaliveAnswer,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
      // Nobody asks for its statistics of each call.
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** Asks once and waits for the answer; an abort cancels the call on both sides. */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
    signal: AbortSignal,
  ): Promise<Response> {
    signal.throwIfAborted();
    if (!this.#connected()) await this.#connect(options.what, signal);
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        headersOf(options),
        this.#deadlineOf(options),
        (error, answer) => {
          signal.removeEventListener('abort', cancel);
          if (error !== null) reject(portErrorOf(error, options));
          else resolve(answer as Response);
        },
      );
      const cancel = (): void => {
        reject(signal.reason);
        call.cancel();
      };
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Yields messages as they come, until the far side ends the stream, it breaks, or the signal ends it. */
  async *stream<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallTold,
    signal: AbortSignal,
  ): AsyncGenerator<Response> {
    signal.throwIfAborted();
    if (!this.#connected()) await this.#connect(options.what, signal);
    const { requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeServerStreamRequest(method.path, requestSerialize, responseDeserialize, request);
    const cancel = (): void => call.cancel();
    // A reader that stops early leaves nobody to hear of the cancellation, which would end the process.
    call.on('error', () => undefined);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of call) yield message as Response;
    } catch (error) {
      signal.throwIfAborted();
      throw portErrorOf(error as ServiceError, options);
    } finally {
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
    signal.throwIfAborted();
  }

  /** Ends the connection and with it the calls under way. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  #connected(): boolean {
    return this.#client.getChannel().getConnectivityState(true) === connectivityState.READY;
  }

  /**
   * Waits until the connection stands, or rejects `unavailable` once an attempt failed.
   *
   * This comes before each call so that a failure of the call itself is one of a call that was sent: gRPC has one
   * status, UNAVAILABLE, for both.
   */
  async #connect(what: string, signal: AbortSignal): Promise<void> {
    const channel = this.#client.getChannel();
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return;
      if (state === connectivityState.TRANSIENT_FAILURE) {
        throw new PortError('unavailable', `cannot ${what}: ${await whyNoConnection(this.socket)}`);
      }
      if (state === connectivityState.SHUTDOWN) {
        throw new PortError('unavailable', `cannot ${what}: the connection to ${this.socket} was closed`);
      }
      await new Promise<void>((resolve, reject) => {
        const aborted = (): void => reject(signal.reason);
        signal.addEventListener('abort', aborted, { once: true });
        // Its timer also keeps the process alive, which gRPC's own waiting does not.
        channel.watchConnectivityState(state, Date.now() + this.requestTimeout, () => {
          signal.removeEventListener('abort', aborted);
          resolve();
        });
      });
    }
  }

  #deadlineOf(options: CallOptions): { deadline?: number } {
    if (options.timeout === 'none') return {};
    return { deadline: Date.now() + (options.timeout ?? this.requestTimeout) };
  }
}

function headersOf(options: CallOptions): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.headers ?? {})) metadata.set(name, value);
  return metadata;
}

// gRPC keeps the reason of a failed connect to itself, so the socket is asked.
function whyNoConnection(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(`${path} accepts connections, but no gRPC server answered yet`);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(`there is no socket ${path}; is the container runtime running?`);
      else if (error.code === 'ECONNREFUSED') resolve(`nobody listens on ${path}; is the container runtime running?`);
      else resolve(`no connection to ${path} (${error.code ?? error.message})`);
    });
  });
}
