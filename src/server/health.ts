import { createServer } from 'node:http';

/** Where the health endpoint listens. */
export interface HealthOptions {
  readonly address: string;
  readonly port: number;
}

const paths: ReadonlySet<string> = new Set(['/healthz', '/healthz/', '/healthz/ping']);

/**
 * Answers `/healthz` in plain HTTP until the signal is aborted: "ok" says that the process answers.
 *
 * Rejects when the address cannot be had: a health check that silently looks at somebody else's port is worse than none.
 */
export async function serveHealth(options: HealthOptions, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const server = createServer((request, response) => {
    const known = paths.has((request.url ?? '').split('?')[0] ?? '');
    const body = known ? 'ok' : 'cannot answer: only /healthz is served here\n';
    response.writeHead(known ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(options, error)));
    server.listen(options.port, options.address, resolve);
  });
  await new Promise<void>((resolve) => {
    const close = (): void => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  });
}

function listenError(options: HealthOptions, error: Error): Error {
  const { address, port } = options;
  return new Error(
    `cannot listen on ${address}:${port} for /healthz: ${error.message}; set healthzPort to another port, or to 0 for none`,
    { cause: error },
  );
}
