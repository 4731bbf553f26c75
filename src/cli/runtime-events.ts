import { never } from '../lib/assert.ts';
import type { Logger } from '../ports/logger.ts';
import type { ContainerdEvent } from '../wire-embedded.ts';

/** Writes what happens to the embedded runtime into the log; the same fault once until it changes. */
export function logRuntime(logger: Logger): (event: ContainerdEvent) => void {
  let told = '';
  return (event) => {
    switch (event.kind) {
      case 'started':
        told = '';
        return logger.info('started the embedded containerd', {
          pid: event.pid,
          version: event.version,
          ms: event.tookMs,
        });
      case 'adopted':
        return logger.info('took over the embedded containerd, which was running', {
          pid: event.pid,
          version: event.version,
        });
      case 'replaced':
        return logger.info('ends the embedded containerd to start another; pods go on', {
          pid: event.pid,
          why: event.why,
        });
      case 'ended':
        return logger.warn('the embedded containerd has ended; pods go on, and it is started again', {
          pid: event.pid,
          inMs: event.nextTryMs,
        });
      case 'failed':
        if (told !== event.message) logger.error(event.message, { nextTryInMs: event.nextTryMs });
        told = event.message;
        return;
      case 'problem':
        return logger.warn(event.message);
      case 'changed':
        return logger.info(event.message);
      default:
        return never(event);
    }
  };
}
