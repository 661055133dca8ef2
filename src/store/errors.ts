/** Why a store call failed. The codes are stable. */
export type StoreErrorCode =
  /** There is no store at this place, or it may not be used: wrong path, permissions, disk. */
  | 'store_cannot_open'
  /** The place holds something that is not Sparekey state; it was left as it is. */
  | 'store_not_sparekey'
  /** A newer Sparekey wrote this state; it was left as it is. */
  | 'store_newer_version'
  /** Others kept the store to themselves for longer than we wait. Nothing was written; try again. */
  | 'store_busy'
  /** The store failed in the middle of its work: disk full, file damaged, connection lost. */
  | 'store_failed'
  /** The servers of the store cannot be reached, or none of them is ready. Nothing was written. */
  | 'store_away'
  /** The store did not answer in time. Whether it wrote is not known. */
  | 'store_timeout'
  /** The store was used after it was closed. Nothing was written. */
  | 'store_closed'
  /** The caller broke the contract of the store. Nothing was written. */
  | 'store_bad_argument';

/** A store call that failed. The message names ids and places, never a value. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
