import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Change, ChangePage, Cursor, Lease, Store } from '../../src/store/contract.ts';
import { StoreError, type StoreErrorCode } from '../../src/store/errors.ts';

/** Adds 1 to the number under `id`, `times` times, each with as many tries as it takes. */
export async function count(store: Store, id: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await change(store, id, (value) => String(Number(value ?? '0') + 1));
  }
}

/** Every change since `cursor`, page by page. */
export async function catchUp(store: Store, cursor?: Cursor, limit = 100): Promise<ChangePage> {
  const changes: Change[] = [];
  for (;;) {
    const page = await pageSince(store, cursor, limit);
    assert.ok(page.changes.length <= limit);
    changes.push(...page.changes);
    ({ cursor } = page);
    if (page.complete) return { changes, cursor, complete: true };
  }
}

/** One page, where the store has lost nothing. */
export async function pageSince(
  store: Store,
  cursor: Cursor | undefined,
  limit: number,
): Promise<ChangePage> {
  const page = await store.changesSince(cursor, limit);
  if (page === 'lost') assert.fail('the store has lost writes');
  return page;
}

export function withCode(code: StoreErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof StoreError && error.code === code;
}

/** Counts the signals of a store from now on. */
export function listen(store: Store): { count: number; next: () => Promise<void>; end: () => void } {
  const response = new EventTarget();
  const end = store.onChange(() => {
    signals.count++;
    response.dispatchEvent(new Event('signal'));
  });
  const signals = {
    count: 0,
    /** Resolves at the first signal, be it past or to come. */
    next: async () => void (signals.count > 0 || (await once(response, 'signal'))),
    end,
  };
  return signals;
}

export async function put(store: Store, id: string, value: string): Promise<Change> {
  return change(store, id, () => value);
}

export async function remove(store: Store, id: string): Promise<Change> {
  return change(store, id, () => undefined);
}

async function change(
  store: Store,
  id: string,
  next: (value: string | undefined) => string | undefined,
): Promise<Change> {
  let { current } = await store.compareAndSet(id, NEVER, undefined);
  for (;;) {
    const value = next(current.value);
    const result = await store.compareAndSet(id, current.revision, value);
    ({ current } = result);
    if (result.written || (value === undefined && current.value === undefined)) return current;
  }
}

/** No write goes through that expects it. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** What stands under `id`; undefined where nothing does: what a write is told that cannot go through. */
export async function read(
  store: Store,
  id: string,
): Promise<(Change & { readonly value: string }) | undefined> {
  const { value, revision } = (await store.compareAndSet(id, NEVER, undefined)).current;
  return value === undefined ? undefined : { id, value, revision };
}

/** All that stands in the store. */
export async function readAll(store: Store): Promise<Change[]> {
  return (await catchUp(store)).changes.filter(({ value }) => value !== undefined);
}

export async function acquired(store: Store, name: string, holder: string, ttlMs: number): Promise<Lease> {
  const lease = await store.acquireLease(name, holder, ttlMs);
  assert.ok(lease !== undefined, `${holder} gets ${name}`);
  return lease;
}

export function idOf({ id }: { readonly id: string }): string {
  return id;
}

export function ascending(a: number, b: number): number {
  return a - b;
}

/** Texts that a careless backend would cut, fold, match as a pattern or take for a command. */
export const oddTexts = [
  'plain',
  'Ünï/cödé ✓',
  '😀👩‍👩‍👧',
  '\0',
  'a\0b',
  '\u{10ffff}',
  '\ufeffmarked',
  "'; DROP TABLE entry; --",
  '%_*?[a]{b}',
  'line\r\nbreak\u2028',
  ' ',
  '__proto__',
  '7',
  '\u00e9',
  'e\u0301',
];
