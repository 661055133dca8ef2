/** What can go wrong with a store, under codes that stay. */
export const storeErrors = {
  store_cannot_open: 'There is no store at this place, or it may not be used: wrong path, permissions, disk.',
  store_not_sparekey: 'The place holds something that is not Sparekey state; it was left as it is.',
  store_newer_version: 'A newer Sparekey wrote this state; it was left as it is.',
  store_busy: 'Others kept the store to themselves for longer than we wait. Nothing was written; try again.',
  store_failed: 'The store failed in the middle of its work: disk full, file damaged, connection lost.',
  store_away: 'The servers of the store cannot be reached, or none of them is ready. Nothing was written.',
  store_timeout: 'The store did not answer in time. Whether it wrote is not known.',
  store_closed: 'The store was used after it was closed. Nothing was written.',
  store_bad_argument: 'The caller broke the contract of the store. Nothing was written.',
} as const;

export type StoreErrorCode = keyof typeof storeErrors;

/** A store call that failed. The message names ids and places, never a value. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
