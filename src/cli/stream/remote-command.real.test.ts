import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { CriChannel } from '../../adapters/cri/channel.ts';
import { CriContainers } from '../../adapters/cri/containers.ts';
import { CriSandboxes } from '../../adapters/cri/sandboxes.ts';
import { CriStreams } from '../../adapters/cri/streams.ts';
import { CriWatch } from '../../adapters/cri/watch.ts';
import type { ContainerId } from '../../core/pod/seen.ts';
import { seconds } from '../../lib/time.ts';
import { busybox, containerdIsMissing, RealContainerd } from '../../testing/real/containerd.ts';
import { never, SuitePod, until } from '../../testing/suites/runtime-pod.ts';
import { CommandError } from '../command.ts';
import { runRemoteCommand, type Terminal } from './remote-command.ts';

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

suite('runRemoteCommand() against containerd', { skip: containerdIsMissing() }, () => {
  let containerd: RealContainerd;
  let channel: CriChannel;
  let pod: SuitePod;
  let id: ContainerId;

  before(async () => {
    containerd = await RealContainerd.start('exec');
    channel = new CriChannel({ socket: containerd.socket, requestTimeout: seconds(60) });
    const watch = new CriWatch(channel);
    await until(
      () => watch.status(never),
      (status) => status.ready && status.networkReady,
    );
    pod = new SuitePod({
      sandboxes: new CriSandboxes(channel),
      containers: new CriContainers(channel),
      watch,
      streams: new CriStreams(channel),
      image: busybox,
      cgroup: containerd.cgroup,
      logs: mkdtempSync(join(containerd.root, 'logs-')),
      hasEvents: false,
      end: () => Promise.resolve(),
    });
    id = (await pod.start(['sleep', '1000'])).id;
  });

  after(async () => {
    await pod?.[Symbol.asyncDispose]();
    channel?.[Symbol.dispose]();
    await containerd?.[Symbol.asyncDispose]();
  });

  async function run(
    command: readonly string[],
    given: { readonly stdin?: Readable; readonly terminal?: Terminal } = {},
  ): Promise<Ran> {
    const tty = given.terminal !== undefined;
    const request = { id, command, stdin: given.stdin !== undefined, stdout: true, stderr: !tty, tty };
    const url = await new CriStreams(channel).exec(request, never);
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const texts = [collected(stdout), collected(stderr)];
    const code = await runRemoteCommand({ url, stdout, stderr, ...given });
    stdout.end();
    stderr.end();
    const [out = '', err = ''] = await Promise.all(texts);
    return { code, stdout: out, stderr: err };
  }

  test('gives both outputs and the exit code', async () => {
    const ran = await run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    assert.deepEqual(ran, { code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('ends the input when its reader ends: `echo x | nodelet exec -i pod -- cat` comes back', async () => {
    const ran = await run(['cat'], { stdin: Readable.from([Buffer.from('hello\n')]) });
    assert.deepEqual(ran, { code: 0, stdout: 'hello\n', stderr: '' });
  });

  test('passes some megabytes through both ways, whole', async () => {
    const block = Buffer.alloc(64 * 1024, 'x');
    const ran = await run(['cat'], { stdin: Readable.from(Array.from({ length: 64 }, () => block)) });
    assert.equal(ran.code, 0);
    assert.equal(ran.stdout.length, 64 * block.length);
  });

  test('gives a terminal, with its size', async () => {
    const terminal: Terminal = { size: () => ({ width: 90, height: 33 }), onResize: () => () => undefined };
    const script =
      'for i in 1 2 3 4 5 6 7 8 9; do s=$(stty size 2>/dev/null); [ "$s" = "33 90" ] && break; sleep 0.1; done; echo "$s"; test -t 0';
    const ran = await run(['sh', '-c', script], { stdin: new PassThrough(), terminal });
    assert.deepEqual(ran, { code: 0, stdout: '33 90\r\n', stderr: '' });
  });

  test('says what the runtime said when the command is not there', async () => {
    await assert.rejects(run(['/nowhere']), (error) => error instanceof CommandError && /nowhere/.test(error.message));
  });
});

async function collected(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
