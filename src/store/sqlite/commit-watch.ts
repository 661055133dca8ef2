import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** How to watch for the commits of other processes. */
export interface CommitWatchOptions {
  /** The write-ahead log, which SQLite writes a commit to first. */
  readonly logPath: string;
  /** How often to poll in any case. Milliseconds. */
  readonly pollMs: number;
  /** Differs after another connection's commit. */
  readonly version: () => unknown;
  readonly onCommit: () => void;
}

/** From the write that the system reports until its commit can be seen. Milliseconds. */
const COMMIT_MS = 2;

/**
 * Notices the commits of other processes until it is closed. The system reports writes to the log within a millisecond,
 * but not everywhere (network file systems, too many watchers), and some before their commit: a poll finds what was
 * missed.
 */
export class CommitWatch {
  readonly #options: CommitWatchOptions;
  readonly #poll: NodeJS.Timeout;
  readonly #watcher: FSWatcher | undefined;
  #again: NodeJS.Timeout | undefined;
  #seen: unknown;

  constructor(options: CommitWatchOptions) {
    this.#options = options;
    this.#seen = options.version();
    this.#poll = setInterval(() => this.#look(), options.pollMs).unref();
    this.#watcher = openWatcher(options.logPath, () => this.#lookTwice());
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#again);
    this.#watcher?.close();
  }

  /** However many writes are reported meanwhile, there is one second look for them. */
  #lookTwice(): void {
    if (this.#again !== undefined) return;
    this.#look();
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#look();
    }, COMMIT_MS).unref();
  }

  #look(): void {
    const version = this.#options.version();
    if (version === this.#seen) return;
    this.#seen = version;
    this.#options.onCommit();
  }
}

/** Undefined where the system does not watch files: then there is the poll alone. */
function openWatcher(path: string, listener: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, listener);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
