import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { BrokenInvariant } from '../lib/assert.ts';
import { nodeRoutes } from './routes/node.ts';
import { podRoutes } from './routes/pods.ts';
import { type Routes, sendJson } from './routes/route.ts';
import { stateRoutes } from './routes/state.ts';
import type { AgentView } from './view.ts';

const routes: Routes = { ...stateRoutes, ...nodeRoutes, ...podRoutes };
// A command line may have 128 KiB an argument; nothing that a person types comes near this.
const largestBody = 1024 * 1024;
const socketMask = 0o177;

/**
 * Answers `nodelet ps`, `logs`, `explain`, `exec` and the live table over HTTP on a unix socket, until the signal is aborted.
 *
 * Only root may connect: the socket has mode 0600 from its first moment. (Node cannot ask who the caller is.) A socket
 * that a dead nodelet left is replaced; that no live one has it is the caller's duty (lib/host/pid-lock.ts). Rejects when
 * the socket fails, at once or later.
 */
export async function serveLocal(view: AgentView, socket: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const ended = new AbortController();
  const server = createServer((request, response) => {
    void answer(view, request, response, ended.signal);
  });
  // Waiting for the next change may take for ever.
  server.requestTimeout = 0;
  await listen(server, socket);
  await new Promise<void>((resolve, reject) => {
    const close = (): void => {
      ended.abort(signal.reason);
      server.close(() => resolve());
      server.closeAllConnections();
    };
    server.on('error', (error) => {
      close();
      reject(error);
    });
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
  });
}

function listen(server: Server, socket: string): Promise<void> {
  // The folder lets others through: the runtime's state beneath it must be reachable for containers of other users.
  mkdirSync(dirname(socket), { recursive: true, mode: 0o711 });
  rmSync(socket, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.removeListener('error', reject);
      chmodSync(socket, 0o600);
      resolve();
    });
    const before = process.umask(socketMask);
    server.listen(socket);
    process.umask(before);
  });
}

async function answer(
  view: AgentView,
  request: IncomingMessage,
  response: ServerResponse,
  ended: AbortSignal,
): Promise<void> {
  const url = URL.parse(request.url ?? '/', 'http://localhost');
  const route = url === null ? undefined : routes[`${request.method} ${url.pathname}`];
  if (url === null || route === undefined) {
    sendJson(response, 404, { message: `cannot answer ${request.method} ${request.url}: there is no such question` });
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the caller has gone away')));
  const signal = AbortSignal.any([ended, gone.signal]);
  try {
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    await route({ view, query: url.searchParams, body, request, response, signal });
  } catch (error) {
    // A bug ends the process, whoever asked.
    if (error instanceof BrokenInvariant) throw error;
    if (response.destroyed || signal.aborted) return;
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > largestBody) throw new Error(`cannot read the request: it is over ${largestBody} bytes`);
    chunks.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Error('cannot read the request: it is not JSON');
  }
}
