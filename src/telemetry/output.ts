import { pino } from 'pino';

/** Where the lines of a log go. */
export interface Output {
  /** @param line - with its end */
  write(line: string): void;
  flush(): Promise<void>;
}

/** Lines are batched into writes of about this size. Characters. */
const BATCH_LENGTH = 4096;
/** No line waits longer. Milliseconds. */
const MAX_WAIT_MS = 100;
/** Buffered where the reader does not read; later lines are dropped. Characters. */
const MAX_BUFFERED_LENGTH = 16 * 1024 * 1024;
/** How long a flush waits for a reader that does not read. Milliseconds. */
const FLUSH_TIMEOUT_MS = 2_000;

/**
 * Standard output, written in batches by the thread pool, so that a slow reader never delays a request. Where the reader
 * has gone, lines are dropped.
 */
export function bufferedOutput({ eager }: { readonly eager: boolean }): Output {
  const destination = pino.destination({
    fd: 1,
    sync: false,
    minLength: eager ? 1 : BATCH_LENGTH,
    maxLength: MAX_BUFFERED_LENGTH,
    periodicFlush: MAX_WAIT_MS,
  });
  let broken = false;
  // A full disk or a closed terminal is no reason to stop serving, and cannot be logged.
  destination.on('error', () => {
    broken = true;
  });
  return {
    write: (line) => {
      destination.write(line);
    },
    flush: async () => {
      if (broken) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, FLUSH_TIMEOUT_MS);
      destination.flush(() => resolve());
      await promise;
      clearTimeout(timer);
    },
  };
}

/** Any other stream, which buffers for itself. */
export function streamOutput(stream: NodeJS.WritableStream): Output {
  return {
    write: (line) => {
      stream.write(line);
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
