import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';

/** A connection that shows whether containerd lives: it closes at the moment when containerd ends. */
export interface Lifeline extends Disposable {
  /** Resolves when the connection is gone, for whatever reason. */
  readonly closed: Promise<void>;
}

/**
 * Connects to containerd's socket and waits for the first words of its gRPC server.
 *
 * Nothing when there is no socket or nobody speaks HTTP/2 on it. Costs one idle connection and no calls, in place of
 * asking every second whether containerd is still there.
 */
export function openLifeline(socket: string, signal: AbortSignal): Promise<Lifeline | undefined> {
  return new Promise((resolve, reject) => {
    const session = connect('http://localhost', { createConnection: () => connectSocket(socket) });
    const closed = Promise.withResolvers<void>();
    const abort = (): void => session.destroy();
    signal.addEventListener('abort', abort, { once: true });
    // Every error is followed by `close`.
    session.on('error', () => undefined);
    session.once('close', () => {
      signal.removeEventListener('abort', abort);
      closed.resolve();
      if (signal.aborted) reject(signal.reason);
      else resolve(undefined);
    });
    session.once('remoteSettings', () =>
      resolve({ closed: closed.promise, [Symbol.dispose]: () => session.destroy() }),
    );
  });
}
