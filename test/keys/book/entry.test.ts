import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeRecord } from '../../../src/keys/book/codec.ts';
import { BookEntry } from '../../../src/keys/book/entry.ts';
import type { Write } from '../../../src/keys/book/entry.ts';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { KeyRecord } from '../../../src/keys/record/record.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import { afterKnownActs } from '../../../src/keys/record/operator-acts.ts';
import { attempt, counts, POLICY, throttles } from '../tools.ts';

const T = 1_000_000;
const policy = { ...POLICY, failureThreshold: 100 };
const disabled: KeyRecord = { state: 'disabled', epoch: 1, since: T };
const out: KeyRecord = {
  state: 'out-of-service',
  epoch: 1,
  since: T,
  cause: 'billing',
  rule: 'r',
  passes: 0,
  failedChecks: 0,
  nextCheckAt: T + 5_000,
};

function happens(entry: BookEntry, event: KeyEvent): void {
  entry.addPending({ event, policy }, reduce(entry.view, event, policy));
}

function asked(entry: BookEntry, mark: string): Write {
  const write = entry.nextWrite(mark);
  assert.ok(write);
  return write;
}

const failuresOf = ({ view }: BookEntry): number | undefined =>
  view.state === 'in-service' ? view.failures : undefined;

function entryAt(now: () => number): BookEntry {
  return new BookEntry('key/p/k', 'k', { isConfigured: () => true, now });
}

function untilOf({ view }: Pick<BookEntry, 'view'>): number | undefined {
  return view.state === 'in-service' ? view.holds[0]?.until : undefined;
}

void describe('BookEntry', () => {
  void it('counts events once whose write was given up, repeated, and carried out late', () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    happens(entry, attempt(counts, T));
    const givenUp = asked(entry, 'n.0');
    happens(entry, attempt(counts, T + 1));
    asked(entry, 'n.1');
    entry.storeChanged({ id: entry.id, value: givenUp.value, revision: 7 });
    assert.equal(failuresOf(entry), 2);
    const { expected, events } = asked(entry, 'n.2');
    assert.deepEqual([expected, events.size], [7, 1]);
  });

  void it('keeps only the newest hint of a kind, so that no failure is dropped for hints', () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    happens(entry, attempt(counts, T));
    for (let n = 1; n <= 1_000; n++) {
      happens(entry, { type: 'headroom', at: T, model: `m-${n % 2}`, scarceUntil: T + n });
      happens(entry, { type: 'domain', at: T, domain: `d-${n}` });
    }
    // Somebody else wrote first: what was kept is applied to that.
    entry.storeChanged({ id: entry.id, value: encodeRecord({ ...FRESH, failures: 3 }), revision: 5 });
    assert.equal(failuresOf(entry), 4);
    const { view } = entry;
    assert.deepEqual(view.state === 'in-service' && view.scarce?.map(({ until }) => until - T), [999, 1_000]);
    assert.equal(view.domain, 'd-1000');
    assert.equal(asked(entry, 'n.0').events.size, 4);
  });

  void it("keeps the operator's act where a store that lost it holds something else of the same epoch", () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    entry.storeChanged({ id: entry.id, value: encodeRecord(disabled), revision: 5 });
    entry.distrustStore();
    entry.storeChanged({ id: entry.id, value: encodeRecord(out), revision: 9 });
    assert.equal(entry.view.state, 'disabled');
    const { expected, record } = asked(entry, 'n.0');
    assert.deepEqual([expected, record.state], [9, 'disabled']);
  });

  void it("takes over the operator's act from a store that lost what was known", () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    entry.storeChanged({ id: entry.id, value: encodeRecord(out), revision: 9 });
    entry.distrustStore();
    entry.storeChanged({ id: entry.id, value: encodeRecord(disabled), revision: 5 });
    assert.equal(entry.view.state, 'disabled');
    assert.equal(entry.isUnwritten, false);
  });
});

void describe('BookEntry: holds that the operator has ended', () => {
  void it('stay ended where the store wrote one, did not confirm it, and another node ended it before that was read', () => {
    for (const saidAt of [T + 50, T - 50]) {
      const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
      happens(entry, attempt(throttles, T, { waitMs: 60_000 }));
      const { expected, record } = asked(entry, 'n.0');
      const lifted = reduce(record, { type: 'lifted', at: saidAt }, policy);
      entry.writeConflicted(expected, { id: entry.id, value: encodeRecord(lifted, 'o.0'), revision: 4 });
      assert.deepEqual(entry.view.state === 'in-service' && entry.view.holds, []);
      happens(entry, attempt(throttles, T + 100));
      assert.equal(entry.view.state === 'in-service' && entry.view.holds.length, 1);
    }
  });
});

void describe('BookEntry: a clock that is set', () => {
  const NOW = 1_800_000_000_000;
  const DAY = 86_400_000;

  void it('dates anew what is not written, in the clock it is written by', () => {
    let now = NOW + DAY;
    const entry = entryAt(() => now);
    happens(entry, attempt(throttles, now, { waitMs: 30_000 }));
    happens(entry, { type: 'headroom', at: now, model: 'm', scarceUntil: now + 9_000 });
    now = NOW;
    entry.clockSet(-DAY);
    assert.equal(untilOf(entry), NOW + 30_000);
    const { record, events } = asked(entry, 'n.0');
    assert.deepEqual([untilOf({ view: record }), record.decisions?.[0]?.at], [NOW + 30_000, NOW]);
    assert.deepEqual(record.state === 'in-service' && record.scarce, [
      { model: 'm', since: NOW, until: NOW + 9_000 },
    ]);
    assert.equal(events.size, 2);
  });

  void it('counts once what was on its way to the store meanwhile, and dates it anew', () => {
    let now = NOW + DAY;
    const entry = entryAt(() => now);
    happens(entry, attempt(throttles, now, { waitMs: 30_000 }));
    happens(entry, attempt(counts, now));
    const write = asked(entry, 'n.0');
    now = NOW;
    entry.clockSet(-DAY);
    entry.writeSucceeded(write, 3);
    assert.deepEqual([untilOf(entry), failuresOf(entry)], [NOW + 30_000, 1]);
    assert.equal(entry.isUnwritten, false);
  });

  void it("keeps the operator's acts in their order, whichever way it is set", () => {
    for (const byMs of [-DAY, -300_000, 300_000, DAY]) {
      const entry = entryAt(() => NOW);
      const said = (type: 'disabled' | 'enabled', at: number): void =>
        happens(entry, afterKnownActs({ type, at }, entry.view));
      const known: KeyRecord = {
        ...FRESH,
        epoch: 4,
        since: NOW,
        operator: { act: 'enabled', at: NOW - 1_000 },
      };
      entry.storeChanged({ id: entry.id, value: encodeRecord(known), revision: 2 });
      said('enabled', NOW - 500);
      said('disabled', NOW);
      entry.clockSet(byMs);
      assert.equal(entry.view.state, 'disabled', String(byMs));
      assert.equal(entry.view.since, NOW + byMs);
      said('enabled', NOW + byMs + 10);
      assert.equal(entry.view.state, 'in-service', String(byMs));
    }
  });

  void it('dates nothing by the stamp of an act that lies ahead, and lets every later act follow it', () => {
    const entry = entryAt(() => NOW);
    const ahead: KeyRecord = { ...disabled, since: NOW + DAY, operator: { act: 'disabled', at: NOW + DAY } };
    entry.storeChanged({ id: entry.id, value: encodeRecord(ahead), revision: 2 });
    happens(entry, afterKnownActs({ type: 'enabled', at: NOW + 5 }, entry.view));
    const { state, since, decisions, operator } = entry.view;
    assert.deepEqual([state, since, decisions?.at(-1)?.at], ['in-service', NOW + 5, NOW + 5]);
    happens(entry, afterKnownActs({ type: 'disabled', at: NOW + 6 }, entry.view));
    assert.equal(entry.view.state, 'disabled');
    assert.equal(operator?.at, NOW + DAY + 1);
  });
});
