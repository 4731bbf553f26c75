import type { ExecRequest, LogRequest } from '../view.ts';
import { type Routes, sendAnswer, sendJson } from './route.ts';

/** What is asked about one pod. */
export const podRoutes: Routes = {
  'GET /v1/explain': ({ view, query, response }) => {
    const name = query.get('pod') ?? '';
    const explanation = view.explain(name);
    if (explanation !== undefined) sendJson(response, 200, explanation);
    else sendJson(response, 404, { message: `cannot explain pod ${name}: this node has no such pod` });
  },

  'POST /v1/logs': ({ view, body, response }) => {
    const request = logRequest(body);
    if (request === undefined) sendJson(response, 400, { message: 'cannot read the request: pod is missing' });
    else sendAnswer(response, view.logFile(request));
  },

  'POST /v1/exec': async ({ view, body, response, signal }) => {
    const request = execRequest(body);
    if (request === undefined)
      sendJson(response, 400, { message: 'cannot read the request: pod or command is missing' });
    else sendAnswer(response, await view.exec(request, signal));
  },
};

function logRequest(body: unknown): LogRequest | undefined {
  const fields = fieldsOf(body);
  const pod = fields['pod'];
  if (typeof pod !== 'string') return undefined;
  return { pod, previous: fields['previous'] === true, ...containerOf(fields) };
}

function execRequest(body: unknown): ExecRequest | undefined {
  const fields = fieldsOf(body);
  const { pod, command } = { pod: fields['pod'], command: fields['command'] };
  if (typeof pod !== 'string' || !Array.isArray(command) || command.length === 0) return undefined;
  const words = command.filter((word) => typeof word === 'string');
  if (words.length !== command.length) return undefined;
  return { pod, command: words, stdin: fields['stdin'] === true, tty: fields['tty'] === true, ...containerOf(fields) };
}

function containerOf(fields: Readonly<Record<string, unknown>>): { readonly container?: string } {
  const container = fields['container'];
  return typeof container === 'string' ? { container } : {};
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
