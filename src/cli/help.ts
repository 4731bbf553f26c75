import { type Command, UsageError } from './command.ts';

const examples = `Try:
  sudo nodelet up examples/            run the pods of a folder, with a runtime of nodelet's own
  sudo nodelet ps                      what runs, and what each pod waits for
  sudo nodelet explain web             why it does what it does, step by step
  sudo nodelet events                  what happened on the node: starts, failures, bad files
  sudo nodelet logs -f web             follow a container's output
  sudo nodelet exec -it web -- sh      a shell in it
  nodelet plan examples/web.yaml       which runtime calls a pod would cause, without running anything
  sudo nodelet down                    take away all that nodelet made
`;

/** Commands by name, each loaded when asked for. */
type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** What nodelet can do, or all about one command. */
export async function helpText(commands: Commands, name: string | undefined): Promise<string> {
  if (name === undefined || name === 'help') return await overview(commands);
  const load = commands[name];
  if (load === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)}`);
  const command = await load();
  const details = command.details.length === 0 ? '' : `\n${command.details.join('\n')}\n`;
  return `Usage: nodelet ${command.usage}\n\n${command.summary}\n${details}`;
}

async function overview(commands: Commands): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const listed = [...all, { usage: 'help [COMMAND]', summary: 'this, or more about one command' }];
  const width = Math.max(...listed.map((command) => command.usage.length));
  const rows = listed.map((command) => `  ${command.usage.padEnd(width)}  ${command.summary}`);
  return `nodelet: a Kubernetes node agent, alone on one machine or as the kubelet of a node

Usage: nodelet COMMAND

${rows.join('\n')}

${examples}
Commands find an agent that was started with --root-dir, --run-dir or --config by the same flags.
`;
}
