import type { HookCall } from '../core/pod/action.ts';
import type { HookCaller } from '../ports/hooks.ts';
import { FakeCalls, type FakeWorld } from './fake-calls.ts';

/** Answers every HTTP hook and remembers it. */
export class FakeHooks implements HookCaller {
  /** "<host>:<port><path>" of each call. */
  readonly called: string[] = [];
  readonly #calls: FakeCalls;

  constructor(world: FakeWorld) {
    this.#calls = new FakeCalls('hooks', world);
  }

  http(call: Extract<HookCall, { kind: 'http' }>, signal: AbortSignal): Promise<void> {
    const target = `${call.host}:${call.port}${call.path}`;
    const effect = (): void => {
      this.called.push(target);
    };
    return this.#calls.perform({ method: 'http', target }, effect, signal);
  }
}
