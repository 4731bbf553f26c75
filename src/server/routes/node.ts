import { type Routes, sendAnswer } from './route.ts';

/** What is asked about the node itself. */
export const nodeRoutes: Routes = {
  'GET /v1/node': async ({ view, response, signal }) => sendAnswer(response, await view.figures(signal)),
};
