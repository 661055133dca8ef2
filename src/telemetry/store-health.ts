import { formatWallTime } from '../clock/wall-time.ts';
import type { BookNotice } from '../keys/book/book-options.ts';
import type { Log } from './contract.ts';

/** What `GET /ready` shows of the store. Times in RFC 3339. */
export interface StoreView {
  readonly store: 'ok' | 'away';
  readonly storeAwaySince?: string;
  /** When it was last found to have lost writes, which were then restored; absent if never. */
  readonly storeLostWritesAt?: string;
}

/** Whether the store answers this process, and the log lines of changes in that. */
export class StoreHealth {
  readonly #log: Log;
  readonly #now: () => number;
  #awaySince: number | undefined;
  #lostAt: number | undefined;

  /** @param now - milliseconds since the epoch */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Since when the store does not answer; undefined while it does. Milliseconds since the epoch. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** When it was last found to have lost writes; undefined if never. Milliseconds since the epoch. */
  get lostWritesAt(): number | undefined {
    return this.#lostAt;
  }

  /** For `GET /ready`. */
  view(): StoreView {
    const lostWrites = this.#lostAt === undefined ? {} : { storeLostWritesAt: formatWallTime(this.#lostAt) };
    if (this.#awaySince === undefined) return { store: 'ok', ...lostWrites };
    return { store: 'away', storeAwaySince: formatWallTime(this.#awaySince), ...lostWrites };
  }

  /** Handles a notice of the key book. */
  onNotice(notice: BookNotice): void {
    const log = this.#log;
    switch (notice.kind) {
      case 'store-failed':
        this.#awaySince = this.#now();
        log.error('the store does not answer; serving from what is known', { cause: causeOf(notice.error) });
        return;
      case 'store-fails-otherwise':
        log.warn('the store still does not answer, for another reason', { cause: causeOf(notice.error) });
        return;
      case 'store-back': {
        const awayMs = this.#now() - (this.#awaySince ?? this.#now());
        this.#awaySince = undefined;
        log.warn('the store answers again', { awayMs, written: notice.written });
        return;
      }
      case 'opened-without-store':
        log.warn('the store did not answer at the start; every key counts as in service until it does');
        return;
      case 'store-lost-writes':
        this.#lostAt = this.#now();
        log.warn('the store began anew or failed over; what it may have lost is written again', {
          records: notice.putBack,
        });
        return;
      case 'unreadable-record':
        log.warn('a key record cannot be read and counts as new', { id: notice.id });
    }
  }
}

/** Why the store failed, in a line: it is no defect of ours, whose stack would help. */
export function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? error.message : String(error);
}
