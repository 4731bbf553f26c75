import { parse } from 'yaml';
import { decodeConfigMap } from '../src/kube/decode-objects.ts';
import { decodePod } from '../src/kube/decode-pod.ts';
import { parseDuration } from '../src/kube/duration.ts';
import { findingText } from '../src/kube/finding.ts';
import type { PodUid } from '../src/kube/meta.ts';
import type { Milliseconds } from '../src/lib/time.ts';
import { PortError } from '../src/ports/port-error.ts';
import type { Program } from '../src/testing/fake-runtime-state.ts';
import { show, timeline } from './show.ts';
import type { Stage } from './stage.ts';

interface Given {
  readonly stage: Stage;
  /** What the command's pattern caught. */
  readonly words: readonly string[];
  /** The lines below the command that begin with "|". */
  readonly document: string;
}

type Run = (given: Given) => void | Promise<void> | readonly string[];

/** The language of the stories: what a line may be, and what it does. */
const commands: readonly (readonly [RegExp, Run])[] = [
  [/^agent starts(?: with (\d+) start slots?)?$/, ({ stage, words }) => stage.start(Number(words[0] ?? 2))],
  [/^agent dies$/, ({ stage }) => stage.die()],
  [/^apply$/, apply],
  [/^remove pod (\S+)$/, ({ stage, words }) => stage.node.source.remove(words[0] ?? '')],
  [/^remove configmap (\S+)$/, ({ stage, words }) => removeConfigMap(stage, words[0] ?? '')],
  [/^image (\S+)$/, ({ stage, words }) => stage.node.images.publish(words[0] ?? '')],
  [/^image (\S+) is there$/, ({ stage, words }) => stage.node.images.load(words[0] ?? '')],
  [
    /^image (\S+) takes (\S+)$/,
    ({ stage, words: [image = '', wait] }) => stage.node.images.publish(image, { takes: duration(wait) }),
  ],
  [
    /^image (\S+) is (refused|unavailable)$/,
    ({ stage, words: [image = '', fails] }) =>
      stage.node.images.publish(image, { fails: fails === 'refused' ? 'refused' : 'unavailable' }),
  ],
  [/^image (\S+) is gone from the runtime$/, ({ stage, words }) => stage.node.images.drop(words[0] ?? '')],
  [/^program (\S+) (.+)$/, ({ stage, words: [name = '', text = ''] }) => void stage.programs.set(name, program(text))],
  [
    /^exit (\S+) with (\d+)$/,
    ({ stage, words: [name = '', code] }) => stage.node.runtime.exit(stage.container(name).seen.id, Number(code)),
  ],
  [/^kill the sandbox of (\S+)$/, ({ stage, words }) => killSandbox(stage, words[0] ?? '')],
  [
    /^runtime is (down|up)$/,
    ({ stage, words }) => {
      stage.node.runtime.down = words[0] === 'down';
    },
  ],
  [
    /^calls of (\w+) take (\S+)$/,
    ({ stage, words: [method = '', wait] }) => void stage.troubles.set(method, { takes: duration(wait) }),
  ],
  [/^calls of (\w+) fail (refused|unavailable|unknown-outcome): (.+)$/, failing],
  [/^calls of (\w+) are fine$/, ({ stage, words }) => void stage.troubles.delete(words[0] ?? '')],
  [/^advance (\S+)$/, ({ stage, words }) => stage.advance(duration(words[0]))],
  [/^show$/, ({ stage }) => show(stage)],
  [/^timeline (\S+)$/, ({ stage, words }) => timeline(stage, words[0] ?? '')],
];

/** Runs one command of a story, and gives the lines that it answers with. Rejects when there is no such command. */
export async function runCommand(stage: Stage, line: string, document: string): Promise<readonly string[]> {
  for (const [pattern, run] of commands) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const words = match.slice(1).filter((word) => word !== undefined);
    const lines = (await run({ stage, words, document })) ?? [];
    // What follows at once happens before the next command.
    await stage.clock.settle();
    return lines;
  }
  throw new Error(`cannot run "${line}": there is no such command (scenarios/commands.ts has them all)`);
}

function apply({ stage, document }: Given): void {
  const manifest: unknown = parse(document);
  if (typeof manifest === 'object' && manifest !== null && 'kind' in manifest && manifest.kind === 'ConfigMap') {
    const decoded = decodeConfigMap(manifest);
    if (!decoded.ok) throw new Error(decoded.findings.map(findingText).join('; '));
    stage.node.source.applyConfigMap(decoded.configMap.metadata.name, decoded.configMap.data);
    return;
  }
  const context = {
    nodeName: 'node-1',
    source: 'file',
    origin: '',
    appendNodeName: false,
    allowReferences: true,
  } as const;
  const decoded = decodePod(manifest, { ...context, seen: '2026-01-01T00:00:00Z' });
  if (!decoded.ok) throw new Error(decoded.findings.map(findingText).join('; '));
  const { metadata } = decoded.pod;
  // The uid of a manifest is a hash of it; its first letters do, and the same text is the same pod.
  const uid = `${metadata.name}-${metadata.uid.slice(0, 4)}` as PodUid;
  stage.node.source.apply({ ...decoded.pod, metadata: { ...metadata, uid } });
}

function removeConfigMap({ node }: Stage, name: string): void {
  const { configMaps } = node.source.content;
  node.source.set({ configMaps: configMaps.filter(({ metadata }) => metadata.name !== name) });
}

function killSandbox({ node }: Stage, pod: string): void {
  for (const [id, { config, seen }] of node.runtime.state.sandboxes) {
    if (config.name === pod && seen.ready) node.runtime.kill(id);
  }
}

function failing({ stage, words: [method = '', kind, message = ''] }: Given): void {
  const known = kind === 'refused' || kind === 'unavailable' ? kind : 'unknown-outcome';
  stage.troubles.set(method, { fails: new PortError(known, message) });
}

function program(text: string): Program {
  const exits = /^exits with (\d+) after (\S+)$/.exec(text);
  if (exits !== null) return { exitCode: Number(exits[1]), runs: duration(exits[2]) };
  const stops = /^takes (\S+) to stop$/.exec(text);
  if (stops !== null) return { stops: duration(stops[1]) };
  if (text === 'ignores the stop signal') return { stops: Number.POSITIVE_INFINITY as Milliseconds };
  if (text.startsWith('cannot start: ')) return { cannotStart: text.slice('cannot start: '.length) };
  if (text === 'runs') return {};
  throw new Error(`cannot understand the program "${text}"`);
}

function duration(text: string | undefined): Milliseconds {
  const wait = text === undefined ? undefined : parseDuration(text);
  if (wait === undefined) throw new Error(`cannot understand the time "${text}"`);
  return wait;
}
