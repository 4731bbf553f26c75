import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { State } from '../server/routes/state.ts';
import type { EventRow, ExecRequest, Explanation, LogRequest, NodeFigures } from '../server/view.ts';
import { CommandError } from './command.ts';

/** Talks to the agent of this machine over its control socket. */
export class AgentClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async state(): Promise<State> {
    return (await this.#ask({ path: '/v1/state' })) as State;
  }

  async node(): Promise<NodeFigures> {
    return (await this.#ask({ path: '/v1/node' })) as NodeFigures;
  }

  async explain(pod: string): Promise<Explanation> {
    return (await this.#ask({ path: `/v1/explain?pod=${encodeURIComponent(pod)}` })) as Explanation;
  }

  async events(pod: string | undefined): Promise<readonly EventRow[]> {
    const query = pod === undefined ? '' : `?pod=${encodeURIComponent(pod)}`;
    return (await this.#ask({ path: `/v1/events${query}` })) as readonly EventRow[];
  }

  async logFile(asked: LogRequest): Promise<{ readonly path: string; readonly running: boolean }> {
    const answer = await this.#ask({ path: '/v1/logs', method: 'POST' }, asked);
    return answer as { readonly path: string; readonly running: boolean };
  }

  async exec(asked: ExecRequest): Promise<string> {
    const answer = (await this.#ask({ path: '/v1/exec', method: 'POST' }, asked)) as { readonly url: string };
    return answer.url;
  }

  /** The state now and after each change, until the agent ends. */
  async *changes(): AsyncGenerator<State> {
    const response = await this.#send({ path: '/v1/changes' });
    for await (const line of createInterface({ input: response })) {
      const state: State = JSON.parse(line);
      yield state;
    }
  }

  async #ask(options: RequestOptions, body?: unknown): Promise<unknown> {
    const response = await this.#send(options, body);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (response.statusCode === 200) return answer;
    throw new CommandError(messageOf(answer) ?? `nodelet answered ${response.statusCode}`);
  }

  #send(options: RequestOptions, body?: unknown): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const call = request({ ...options, socketPath: this.#socket, headers: { host: 'localhost' } }, resolve);
      call.once('error', (error) => reject(noAgent(this.#socket, error)));
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function noAgent(socket: string, error: Error): CommandError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    const state = code === 'ENOENT' ? `no socket at ${socket}` : `nobody answers at ${socket}`;
    return new CommandError(`nodelet is not running here (${state}): start it with \`nodelet up DIR\``, {
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new CommandError(`cannot talk to nodelet at ${socket}: only root may; try with sudo`, { cause: error });
  }
  return new CommandError(`cannot talk to nodelet at ${socket}: ${error.message}`, { cause: error });
}

function messageOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('message' in answer)) return undefined;
  return typeof answer.message === 'string' ? answer.message : undefined;
}
