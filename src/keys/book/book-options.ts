import type { Store } from '../../store/contract.ts';
import type { RecordSnapshot } from './record-snapshots.ts';
import type { KeyRecord } from '../record/record.ts';

/** What the operator should hear of the store. */
export type BookNotice =
  | { readonly kind: 'store-failed'; readonly error: unknown }
  | { readonly kind: 'store-back' }
  /** The book was opened although the store did not answer: every key counts as one in service. */
  | { readonly kind: 'opened-without-store' }
  /** The store was emptied, or failed over; of what it lost, `putBack` records are known here and go back. */
  | { readonly kind: 'store-lost-writes'; readonly putBack: number }
  | { readonly kind: 'unreadable-record'; readonly id: string };

/** Hears of a record that changed: what it is now, and what it was before. */
export type RecordListener = (keyId: string, record: KeyRecord, before: KeyRecord) => void;

/** What a book needs. */
export interface KeyBookOptions {
  readonly store: Store;
  readonly onNotice: (notice: BookNotice) => void;
  /**
   * Whether this process has a key in its configuration now. Only such keys' records are put back where the store has
   * lost them, or another node has deleted them; what happens to others is not counted. Default: it has every key.
   */
  readonly isConfigured?: (keyId: string) => boolean;
  /** Between tries to reach a store that failed. Milliseconds; default 250. */
  readonly retryMs?: number;
  /** Milliseconds since the epoch: what a clock ahead dated is dated by it. Absent: times are taken as they stand. */
  readonly now?: () => number;
  /** Sets the clock that `now` reads by the store's, where it answers. Called before a store that failed is read again. */
  readonly learnTime?: () => Promise<void>;
  /**
   * What another process of this gateway knows: this one never begins with less, whatever the store still has. It goes
   * back into a store that has lost it.
   */
  readonly known?: readonly RecordSnapshot[];
  /** How long opening waits for a store that does not answer. Milliseconds; default 5,000. */
  readonly openTimeoutMs?: number;
}
