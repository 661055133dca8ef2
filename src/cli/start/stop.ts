import type { Log } from '../../telemetry/contract.ts';

/** How to stop. */
export interface StopOptions {
  readonly log: Log;
  /** Ends all that runs, in order. */
  readonly stop: () => Promise<void>;
  /** Ends what would outlive this process. */
  readonly stopAtOnce: () => void;
}

/** One Ctrl-C can arrive twice, from the terminal and from npm: within this time they are one. Milliseconds. */
const SAME_SIGNAL_MS = 500;

/**
 * Stops in order at SIGTERM or SIGINT and exits with 0; at a second one it exits at once, with 1. Where there is a
 * terminal its closing, SIGHUP, is a stop too: otherwise a gateway that is no longer visible would keep its ports.
 */
export function stopOnSignal({ log, stop, stopAtOnce }: StopOptions): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (firstAt !== undefined) {
      if (now - firstAt < SAME_SIGNAL_MS) return;
      stopAtOnce();
      process.exit(1);
    }
    firstAt = now;
    log.info('stopping when the requests under way are done; a second signal stops at once', { signal });
    void stopAndExit(log, stop);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  if (process.stdout.isTTY) process.on('SIGHUP', onSignal);
}

async function stopAndExit(log: Log, stop: () => Promise<void>): Promise<never> {
  let code = 0;
  try {
    await stop();
    log.info('stopped');
  } catch (error) {
    log.error('it did not stop in order', { error });
    code = 1;
  }
  await log.flush();
  process.exit(code);
}
