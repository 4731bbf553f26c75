import { requireOne } from './decode-env.ts';
import { compact, describe, type Input } from './input.ts';
import { portName } from './names.ts';
import type { HttpGetAction, Lifecycle, LifecycleHandler } from './pod.ts';

export const largestPort = 65_535;

export function decodeLifecycle(input: Input): Lifecycle {
  return compact({
    postStart: input.field('postStart').object(decodeHandler),
    preStop: input.field('preStop').object(decodeHandler),
  });
}

function decodeHandler(input: Input): LifecycleHandler {
  requireOne(input, ['exec', 'httpGet', 'tcpSocket', 'sleep']);
  return compact({
    exec: input.field('exec').object((exec) => ({ command: decodeCommand(exec.field('command')) })),
    httpGet: input.field('httpGet').object(decodeHttpGet),
    tcpSocket: input
      .field('tcpSocket')
      .object((socket) => compact({ host: socket.field('host').text(), port: decodePort(socket.field('port')) })),
    sleep: input.field('sleep').object((sleep) => ({ seconds: sleep.field('seconds').required.whole(0) ?? 0 })),
  });
}

function decodeCommand(input: Input): readonly string[] {
  const command = input.required.texts() ?? [];
  if (!input.absent && command.length === 0) input.report('must not be empty');
  return command;
}

function decodeHttpGet(input: Input): HttpGetAction {
  return compact({
    path: input.field('path').text() ?? '/',
    port: decodePort(input.field('port')),
    host: input.field('host').text(),
    scheme: input.field('scheme').oneOf(['HTTP', 'HTTPS'] as const) ?? 'HTTP',
    httpHeaders: input.field('httpHeaders').objects((header) => ({
      name: header.field('name').requiredText(),
      value: header.field('value').text() ?? '',
    })),
  });
}

/** A port's number, or the name of one of the container's ports. */
function decodePort(input: Input): number | string {
  const { raw } = input.required;
  if (typeof raw === 'string') return input.text(portName) ?? '';
  if (raw !== undefined && typeof raw !== 'number') {
    input.report(`must be a port's number or name, but is ${describe(raw)}`);
    return 0;
  }
  return input.whole(1, largestPort) ?? 0;
}
