import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentView, Answer } from '../view.ts';

/** What a route is given. */
export interface Call {
  readonly view: AgentView;
  readonly query: URLSearchParams;
  /** Of a POST: its JSON, checked by the route. */
  readonly body: unknown;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborted when the caller goes away or the server ends. */
  readonly signal: AbortSignal;
}

/** Answers one call; it writes the response itself. */
export type Route = (call: Call) => Promise<void> | void;

/** Routes by method and path: "GET /v1/state". */
export type Routes = Readonly<Record<string, Route>>;

/** Sends one JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

/** Sends what the agent answered: its value, or 409 with its message. */
export function sendAnswer<Value>(response: ServerResponse, answer: Answer<Value>): void {
  if (answer.ok) sendJson(response, 200, answer.value);
  else sendJson(response, 409, { message: answer.message });
}
