import type { AgentView, NodeReport, PodRow, ProblemRow, PullRow } from '../view.ts';
import { type Routes, sendJson } from './route.ts';

/** All that a table of the node shows, from one moment. */
export interface State {
  readonly node: NodeReport;
  readonly pods: readonly PodRow[];
  readonly problems: readonly ProblemRow[];
  readonly pulls: readonly PullRow[];
}

export function stateOf(view: AgentView): State {
  return { node: view.node(), pods: view.pods(), problems: view.problems(), pulls: view.pulls() };
}

/** The state once, and as a stream with one JSON document a line, the first at once. */
export const stateRoutes: Routes = {
  'GET /v1/state': ({ view, response }) => sendJson(response, 200, stateOf(view)),

  'GET /v1/events': ({ view, query, response }) => {
    sendJson(response, 200, view.events(query.get('pod') ?? undefined));
  },

  'GET /v1/changes': async ({ view, response, signal }) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const write = async (): Promise<void> => {
      if (response.write(`${JSON.stringify(stateOf(view))}\n`)) return;
      // A reader that does not keep up gets fewer states, not old ones.
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    };
    await write();
    try {
      for await (const _ of view.changes(signal)) await write();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    response.end();
  },
};
