import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import type { Clock } from '../../lib/clock.ts';
import { SystemClock } from '../../lib/host/system-clock.ts';
import { Scope } from '../../lib/scope.ts';
import { after, type Milliseconds, seconds } from '../../lib/time.ts';
import type { PodSource, SourceProblem, SourceSnapshot } from '../../ports/pod-source.ts';
import { mostBytes } from './manifest-file.ts';
import { ManifestSet } from './manifest-set.ts';
import { isLarge, parseAside } from './parse-aside.ts';
import { type ManifestText, parseManifest } from './parse-manifest.ts';

export interface UrlSourceOptions {
  readonly url: string;
  /** Sent with each request: names and their values, as `--manifest-url-header` has them. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly nodeName: string;
  /** How often the URL is asked. */
  readonly frequency?: Milliseconds;
  readonly clock?: Clock;
}

const defaultFrequency = seconds(20);
const answerLimit = seconds(10);

type Answer = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'failed'; readonly reason: string };

/**
 * Static pods from a URL that gives one Pod or a list. Whatever is no good answer leaves what was there.
 *
 * An empty answer too: upstream stops all pods on it, but it is what a server that is half up says as well. An empty
 * list says so plainly.
 */
export function urlSource(options: UrlSourceOptions): PodSource {
  return { snapshots: (signal) => new UrlSource(options).snapshots(signal) };
}

class UrlSource {
  readonly #options: UrlSourceOptions;
  readonly #clock: Clock;
  readonly #set = new ManifestSet();
  #last = '';
  #failure: string | undefined;

  constructor(options: UrlSourceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
  }

  async *snapshots(signal: AbortSignal): AsyncGenerator<SourceSnapshot> {
    const { url, frequency = defaultFrequency } = this.#options;
    let ready = false;
    while (true) {
      const answer = await this.#ask(signal);
      const failure = answer.kind === 'failed' ? answer.reason : undefined;
      let changed = failure !== this.#failure;
      this.#failure = failure;
      if (answer.kind === 'text' && answer.text !== this.#last) {
        changed = (await this.#take(answer.text, signal)) || changed;
        this.#last = answer.text;
      }
      // The first answer says that the source is ready; a failure says nothing about what should run.
      ready ||= answer.kind === 'text';
      if (ready && changed) yield this.#set.snapshot([url], this.#problems());
      await this.#clock.at(after(this.#clock.now(), frequency), signal);
    }
  }

  #problems(): readonly SourceProblem[] {
    return this.#failure === undefined ? [] : [{ file: this.#options.url, reason: this.#failure, warning: false }];
  }

  async #take(text: string, signal: AbortSignal): Promise<boolean> {
    const { url, nodeName } = this.#options;
    const seen = new Date(this.#clock.wall()).toISOString();
    const context = {
      nodeName,
      appendNodeName: true,
      allowReferences: false,
      source: 'http' as const,
      origin: url,
      seen,
    };
    const manifest: ManifestText = { file: url, text, context };
    const parsed = isLarge(manifest) ? await parseAside(manifest, this.#clock, signal) : parseManifest(manifest);
    return this.#set.take(url, parsed);
  }

  async #ask(signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    await using scope = new Scope(signal);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    scope.spawn(async (ended) => {
      try {
        await this.#clock.at(after(this.#clock.now(), answerLimit), ended);
      } finally {
        resolve({ kind: 'failed', reason: `does not answer within ${answerLimit / 1000} s` });
      }
    });
    this.#request(scope.signal).then(resolve, (error: Error) => {
      resolve({ kind: 'failed', reason: `cannot be read: ${error.message}` });
    });
    const answer = await promise;
    signal.throwIfAborted();
    return answer;
  }

  #request(signal: AbortSignal): Promise<Answer> {
    const { url, headers } = this.#options;
    const get = url.startsWith('https:') ? getHttps : getHttp;
    return new Promise((resolve, reject) => {
      const request = get(url, { headers: headers as Record<string, string[]>, signal, agent: false }, (response) => {
        readBody(response).then(resolve, reject);
      });
      request.on('error', reject);
    });
  }
}

async function readBody(response: IncomingMessage): Promise<Answer> {
  if (response.statusCode !== 200) {
    response.destroy();
    return { kind: 'failed', reason: `answers with status ${response.statusCode}` };
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) return { kind: 'failed', reason: `must have at most ${mostBytes} bytes` };
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  return text.trim() === '' ? { kind: 'failed', reason: 'answers with nothing' } : { kind: 'text', text };
}
