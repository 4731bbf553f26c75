import { setTimeout as delay } from 'node:timers/promises';
import { stateOf } from '../server/routes/state.ts';
import type { AgentView } from '../server/view.ts';
import { type Command, complain } from './command.ts';
import { createLogger } from './log.ts';
import { runNode, shutdownSignal } from './node.ts';
import { nextSteps } from './render/next-steps.ts';
import { isSettled } from './render/pods.ts';
import { type Screen, screenFor } from './screen.ts';
import { load } from './settings.ts';

export const up: Command = {
  usage: 'up DIR… [FLAGS]',
  summary: 'run the pods of a folder, with a container runtime of its own, and show them while it runs',
  details: [
    'DIR holds YAML or JSON: Pods, and the ConfigMaps and Secrets that they use. What changes there is applied at once.',
    'Ctrl-C ends nodelet; its pods go on. `nodelet down` takes everything away.',
    '',
    'Examples:',
    '  sudo nodelet up examples/',
    '  sudo nodelet up web.yaml --root-dir /srv/nodelet',
  ],
  run: async (argv) => {
    const { config, notices } = load(argv, 'up');
    const screen = screenFor(process.stdout);
    for (const notice of notices) screen.say(notice);
    // The table says what goes on; on a terminal the log adds only what is wrong.
    const say = process.stdout.isTTY ? (line: string): void => sayFaults(screen, line) : complain;
    const logger = createLogger(config.logging, say);
    const shutdown = shutdownSignal((line) => {
      screen.close();
      screen.say(line);
    });
    await runNode({ config, logger, show: (view, signal) => showUntilEnd(view, screen, signal) }, shutdown);
    return 0;
  },
};

/** Draws each state, and once all pods are ready says what to try. */
async function showUntilEnd(view: AgentView, screen: Screen, signal: AbortSignal): Promise<void> {
  let told = false;
  const draw = (): void => {
    if (signal.aborted) return;
    const state = stateOf(view);
    screen.show(state, () => stateOf(view));
    if (told || state.pods.length === 0 || !state.pods.every(isSettled)) return;
    told = true;
    for (const line of nextSteps(state.pods)) screen.say(line);
  };
  draw();
  for await (const _ of view.changes(signal)) {
    draw();
    await delay(screen.paceMs, undefined, { signal }).catch(() => undefined);
  }
}

function sayFaults(screen: Screen, line: string): void {
  if (/^[WE]\d{4} |"level":"(warn|error)"/.test(line)) screen.say(line);
}
