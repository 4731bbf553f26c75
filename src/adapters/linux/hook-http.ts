import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { HookCall } from '../../core/pod/action.ts';
import type { HookCaller } from '../../ports/hooks.ts';
import { PortError } from '../../ports/port-error.ts';
import { codeOf } from './errno.ts';

type HttpCall = Extract<HookCall, { kind: 'http' }>;

// What a server says that speaks plain HTTP where TLS was expected.
const notTls = /EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST/;

/** Lifecycle hooks over HTTP: one GET, whatever the answer; certificates are not looked at. */
export class HttpHookCaller implements HookCaller {
  async http(call: HttpCall, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    try {
      await send(call, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (call.scheme === 'HTTPS' && notTls.test(codeOf(error) ?? '')) return await this.http(asPlain(call), signal);
      throw new PortError('refused', `cannot call ${urlOf(call)}: ${(error as Error).message}`, error);
    }
  }
}

/** The same call without TLS. What was meant for an encrypted connection only must not go over an open one. */
function asPlain(call: HttpCall): HttpCall {
  const headers = call.headers.filter((header) => header.name.toLowerCase() !== 'authorization');
  return { ...call, scheme: 'HTTP', headers };
}

function send(call: HttpCall, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage): void => {
      // Any answer will do; its body is nobody's.
      response.destroy();
      resolve();
    };
    const options = {
      method: 'GET',
      host: call.host,
      port: call.port,
      path: pathOf(call.path),
      headers: headersOf(call),
      agent: false as const,
      signal,
    };
    const sent =
      call.scheme === 'HTTPS'
        ? requestHttps({ ...options, rejectUnauthorized: false }, answered)
        : requestHttp(options, answered);
    sent.once('error', reject);
    sent.end();
  });
}

/** Names may come more than once, and the pod's own word for Host and User-Agent counts. */
function headersOf(call: HttpCall): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { 'User-Agent': 'kube-lifecycle/nodelet', Accept: '*/*' };
  const given = new Map<string, string[]>();
  for (const { name, value } of call.headers) given.set(name, [...(given.get(name) ?? []), value]);
  for (const [name, values] of given) {
    for (const known of Object.keys(headers)) if (known.toLowerCase() === name.toLowerCase()) delete headers[known];
    headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return headers;
}

function pathOf(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function urlOf(call: HttpCall): string {
  const host = call.host.includes(':') ? `[${call.host}]` : call.host;
  return `${call.scheme.toLowerCase()}://${host}:${call.port}${pathOf(call.path)}`;
}
