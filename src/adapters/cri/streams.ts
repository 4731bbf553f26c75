import type { StreamRequest, Streams } from '../../ports/runtime.ts';
import type { CriChannel } from './channel.ts';
import { RuntimeServiceService as methods } from './generated/runtime.pb.ts';

/** Prepares streams over the CRI. */
export class CriStreams implements Streams {
  readonly #channel: CriChannel;

  constructor(channel: CriChannel) {
    this.#channel = channel;
  }

  async exec(request: StreamRequest & { readonly command: readonly string[] }, signal: AbortSignal): Promise<string> {
    const message = { ...streamsOf(request), cmd: [...request.command] };
    // Preparing runs nothing yet: the command starts when somebody connects to the URL.
    const options = { what: `prepare exec in container ${request.id}`, effect: 'read' } as const;
    return (await this.#channel.call(methods.exec, message, options, signal)).url;
  }

  async attach(request: StreamRequest, signal: AbortSignal): Promise<string> {
    const options = { what: `prepare attach to container ${request.id}`, effect: 'read' } as const;
    return (await this.#channel.call(methods.attach, streamsOf(request), options, signal)).url;
  }
}

function streamsOf({ id, stdin, stdout, stderr, tty }: StreamRequest): {
  containerId: string;
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
} {
  // A terminal has one output; runtimes refuse a second one.
  return { containerId: id, stdin, stdout, stderr: stderr && !tty, tty };
}
