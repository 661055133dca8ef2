/** Limits and checks of arguments that all backends share, and the decisions that have to be alike in all of them. */

import type { Change, ChangePage, Cursor } from './contract.ts';
import { StoreError } from './errors.ts';

/** Lengths are in UTF-16 code units, as JavaScript counts them. */
export const limits = {
  /** Ids, and the names and holders of leases. */
  idLength: 1024,
  valueLength: 1024 * 1024,
  /** Entries in a page of `changesSince`. */
  pageEntries: 10_000,
  /** Just under 25 days: the longest that timers count, too. */
  leaseMs: 2 ** 31 - 1,
  /** Of an entry of the TTL cache: a leap year. */
  maxTtlMs: 366 * 86_400_000,
  /** Entries of the TTL cache with a longer time to live are bounded by themselves. */
  longLivedMs: 60 * 86_400_000,
} as const;

/** Ids, and the names and holders of leases. */
export function checkId(what: string, id: string): void {
  if (id === '') throw badArgument(`${what} is empty`);
  checkText(what, id, limits.idLength);
}

/** @throws StoreError where a value is too long or no well-formed Unicode */
export function checkValue(value: string | undefined): void {
  if (value !== undefined) checkText('value', value, limits.valueLength);
}

/** @throws StoreError where it is no whole number of at least 0 */
export function checkRevision(revision: number): void {
  if (!Number.isSafeInteger(revision) || revision < 0) {
    throw badArgument(`revision is ${revision}, expected an integer from 0`);
  }
}

/** @throws StoreError where it is out of bounds */
export function checkPageLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > limits.pageEntries) {
    throw badArgument(`limit is ${limit}, expected an integer from 1 to ${limits.pageEntries}`);
  }
}

/** @throws StoreError where it is out of bounds */
export function checkTtl(ttlMs: number, longestMs: number = limits.leaseMs): void {
  if (!(ttlMs > 0 && ttlMs <= longestMs)) {
    throw badArgument(`ttlMs is ${ttlMs}, expected more than 0 and at most ${longestMs}`);
  }
}

/**
 * Whether a write that expects `expectedRevision` goes through. A deleted id matches 0, as one that was never written,
 * and the revision of its deletion.
 */
export function mayWrite(current: Change, expectedRevision: number, value: string | undefined): boolean {
  if (current.value !== undefined) return expectedRevision === current.revision;
  return value !== undefined && (expectedRevision === 0 || expectedRevision === current.revision);
}

/**
 * The revision in a cursor, or that of the beginning where there is none.
 * @throws StoreError where no store has given such a cursor
 */
export function revisionOf(cursor: Cursor | undefined): number {
  if (cursor === undefined) return 0;
  const revision = Number(cursor);
  if (cursor !== '' && Number.isSafeInteger(revision) && revision >= 0) return revision;
  throw badArgument('the cursor is not one that this kind of store gives');
}

/**
 * The page that begins with `newer`, of which at least `limit` + 1 are given where there are as many. Its cursor
 * is nothing but a revision.
 * @param revision where to read from next time if nothing is newer
 */
export function pageOf(newer: readonly Change[], limit: number, revision: number): ChangePage {
  const changes = newer.slice(0, limit);
  return {
    changes,
    cursor: String(changes.at(-1)?.revision ?? revision),
    complete: changes.length === newer.length,
  };
}

/** Lone surrogates are refused because UTF-8, which every backend but memory uses, cannot encode them. */
function checkText(what: string, text: string, maxLength: number): void {
  if (text.length > maxLength) {
    throw badArgument(`${what} has ${text.length} characters, expected at most ${maxLength}`);
  }
  if (!text.isWellFormed()) throw badArgument(`${what} is not well-formed Unicode: it has a lone surrogate`);
}

function badArgument(message: string): StoreError {
  return new StoreError('store_bad_argument', message);
}
