import type { HookCall } from '../../core/pod/action.ts';
import type { Done } from '../../core/pod/fact.ts';
import type { ContainerId } from '../../core/pod/seen.ts';
import { after, seconds } from '../../lib/time.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Ports } from '../../ports/ports.ts';

type HookPorts = Pick<Ports, 'runtime' | 'hooks' | 'clock'>;

// What a person reads of a hook's output; the rest is in the container's own hands.
const longestMessage = 1024;

const passed: Done = { kind: 'hook', ok: true, message: '' };

/**
 * Runs a lifecycle hook. A hook that did not succeed is a result; only a runtime that is away, or whose answer never
 * came, rejects.
 */
export async function runHook(call: HookCall, id: ContainerId, ports: HookPorts, signal: AbortSignal): Promise<Done> {
  try {
    return await run(call, id, ports, signal);
  } catch (error) {
    const outside = error instanceof PortError && (error.kind === 'unavailable' || error.kind === 'unknown-outcome');
    if (!(error instanceof PortError) || outside) throw error;
    return { kind: 'hook', ok: false, message: error.message };
  }
}

async function run(call: HookCall, id: ContainerId, ports: HookPorts, signal: AbortSignal): Promise<Done> {
  switch (call.kind) {
    case 'exec':
      return runCommand(call.command, id, ports, signal);
    case 'http':
      await ports.hooks.http(call, signal);
      return passed;
    case 'sleep':
      await ports.clock.at(after(ports.clock.now(), seconds(call.seconds)), signal);
      return passed;
    case 'impossible':
      return { kind: 'hook', ok: false, message: call.message };
    default:
      return call satisfies never;
  }
}

async function runCommand(
  command: readonly string[],
  id: ContainerId,
  ports: HookPorts,
  signal: AbortSignal,
): Promise<Done> {
  const { exitCode, stdout, stderr } = await ports.runtime.containers.execSync(
    { id, command, timeout: undefined },
    signal,
  );
  if (exitCode === 0) return passed;
  const said = `${stderr}${stdout}`.trim().slice(0, longestMessage);
  const message = `command '${command.join(' ')}' exited with ${exitCode}${said === '' ? '' : `: ${said}`}`;
  return { kind: 'hook', ok: false, message };
}
