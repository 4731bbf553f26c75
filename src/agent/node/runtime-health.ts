import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { PortError } from '../../ports/port-error.ts';
import type { RuntimeStatus, RuntimeWatch } from '../../ports/runtime.ts';
import { Notice } from '../notice.ts';
import { BackOff } from './back-off.ts';
import type { TellOfNode } from './tell.ts';

export interface RuntimeHealthPorts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tell: TellOfNode;
}

/** Whether the runtime and its network are ready, and why not. A session that costs nothing while all is well. */
export class RuntimeHealth {
  readonly #watch: RuntimeWatch;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tell: TellOfNode;
  readonly #doubt: Notice = new Notice();
  #status: RuntimeStatus | undefined;
  #fault = 'the container runtime was not asked yet';
  /** Given when the answer changes. */
  readonly changed: Notice = new Notice();

  constructor(watch: RuntimeWatch, { clock, logger, tell }: RuntimeHealthPorts) {
    this.#watch = watch;
    this.#clock = clock;
    this.#logger = logger;
    this.#tell = tell;
  }

  /** What the runtime said last; absent before its first answer. */
  get status(): RuntimeStatus | undefined {
    return this.#status;
  }

  /** Why pods cannot be started; empty when they can. */
  get reasons(): readonly string[] {
    if (this.#fault !== '') return [this.#fault];
    const { ready, notReadyReason, networkReady, networkNotReadyReason } = this.#status ?? missing;
    return [...(ready ? [] : [notReadyReason]), ...(networkReady ? [] : [networkNotReadyReason])];
  }

  /** Something went wrong with the runtime: ask it how it is. */
  suspect(message: string): void {
    this.#logger.debug('the runtime is asked how it is', { because: message });
    this.#doubt.give();
  }

  /** Resolves with what the runtime says of itself once it has answered for the first time. */
  async answered(signal: AbortSignal): Promise<RuntimeStatus> {
    let seen = this.changed.count;
    while (this.#status === undefined) seen = await this.changed.after(seen, signal);
    return this.#status;
  }

  /** Asks until it is ready, with growing pauses of at most 5 s, and then only when something failed. */
  async keep(signal: AbortSignal): Promise<void> {
    const backOff = new BackOff(this.#clock);
    while (true) {
      const seen = this.#doubt.count;
      await this.#ask(signal);
      if (this.reasons.length > 0) {
        await backOff.pause(signal);
        continue;
      }
      backOff.reset();
      await this.#doubt.after(seen, signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const before = this.reasons.join('; ');
    try {
      this.#status = await this.#watch.status(signal);
      this.#fault = '';
    } catch (error) {
      if (signal.aborted || !(error instanceof PortError)) throw error;
      this.#fault = error.message;
    }
    const reasons = this.reasons.join('; ');
    if (reasons === before) return;
    if (reasons === '') {
      const { name = '', version = '', networkConfig: network } = this.#status ?? {};
      this.#logger.info('the container runtime is ready', { runtime: `${name} ${version}`, network });
      this.#tell('runtime', { type: 'Normal', reason: 'NodeReady', message: 'The container runtime is ready.' });
    } else {
      this.#logger.warn('the container runtime is not ready', { reasons });
      const message = `The container runtime is not ready: ${reasons}`;
      this.#tell('runtime', { type: 'Normal', reason: 'NodeNotReady', message });
    }
    this.changed.give();
  }
}

const missing: Pick<RuntimeStatus, 'ready' | 'notReadyReason' | 'networkReady' | 'networkNotReadyReason'> = {
  ready: false,
  notReadyReason: 'the container runtime was not asked yet',
  networkReady: true,
  networkNotReadyReason: '',
};
