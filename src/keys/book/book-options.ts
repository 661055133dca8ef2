import type { Store } from '../../store/contract.ts';
import type { RecordSnapshot } from './record-snapshots.ts';
import type { KeyRecord } from '../record/record.ts';

/** What is logged about the store. */
export type BookNotice =
  | { readonly kind: 'store-failed'; readonly error: unknown }
  /** It still fails, for a reason that is new in this outage. */
  | { readonly kind: 'store-fails-otherwise'; readonly error: unknown }
  /** `written` keys had changed meanwhile, and were written now. */
  | { readonly kind: 'store-back'; readonly written: number }
  /** The book was opened although the store did not answer: every key counts as one in service. */
  | { readonly kind: 'opened-without-store' }
  /** The store was emptied, or failed over; `putBack` of the lost records are known here and written again. */
  | { readonly kind: 'store-lost-writes'; readonly putBack: number }
  | { readonly kind: 'unreadable-record'; readonly id: string };

/** Called with a changed record, as it is now and as it was before. */
export type RecordListener = (keyId: string, record: KeyRecord, before: KeyRecord) => void;

/** What a book needs. */
export interface KeyBookOptions {
  readonly store: Store;
  readonly onNotice: (notice: BookNotice) => void;
  /**
   * Whether this process has a key in its configuration now. Only records of such keys are written again where the store
   * has lost them or another node has deleted them, and events of others are ignored. Default: it has every key.
   */
  readonly isConfigured?: (keyId: string) => boolean;
  /** Between tries to reach a store that failed. Milliseconds; default 250. */
  readonly retryMs?: number;
  /** Milliseconds since the epoch; times in records that are ahead of it are moved back. Absent: they are kept. */
  readonly now?: () => number;
  /** Sets the clock of `now` by the store's. Called before a store that had failed is read again. */
  readonly learnTime?: () => Promise<void>;
  /**
   * Snapshots of another process of this gateway: this one never begins with less, whatever the store still has. They
   * are written again to a store that has lost them.
   */
  readonly known?: readonly RecordSnapshot[];
  /** How long opening waits for a store that does not answer. Milliseconds; default 5,000. */
  readonly openTimeoutMs?: number;
}
