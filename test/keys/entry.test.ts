import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeRecord } from '../../src/keys/codec.ts';
import { BookEntry } from '../../src/keys/entry.ts';
import type { Write } from '../../src/keys/entry.ts';
import type { KeyEvent } from '../../src/keys/event.ts';
import { FRESH } from '../../src/keys/record.ts';
import type { KeyRecord } from '../../src/keys/record.ts';
import { reduce } from '../../src/keys/reducer.ts';
import { attempt, counts, POLICY } from './tools.ts';

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
  entry.keep({ event, policy }, reduce(entry.view, event, policy));
}

function asked(entry: BookEntry, mark: string): Write {
  const write = entry.nextWrite(mark);
  assert.ok(write);
  return write;
}

const failuresOf = ({ view }: BookEntry): number | undefined =>
  view.state === 'in-service' ? view.failures : undefined;

void describe('BookEntry', () => {
  void it('counts once what a write brings that was given up, asked for again, and carried out late', () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    happens(entry, attempt(counts, T));
    const givenUp = asked(entry, 'n.0');
    happens(entry, attempt(counts, T + 1));
    asked(entry, 'n.1');
    entry.hear({ id: entry.id, value: givenUp.value, revision: 7 });
    assert.equal(failuresOf(entry), 2);
    const { expected, events } = asked(entry, 'n.2');
    assert.deepEqual([expected, events.size], [7, 1]);
  });

  void it('keeps of what answers told beside themselves the newest alone, so that no failure is forgotten for it', () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    happens(entry, attempt(counts, T));
    for (let n = 1; n <= 1_000; n++) {
      happens(entry, { type: 'headroom', at: T, model: `m-${n % 2}`, scarceUntil: T + n });
      happens(entry, { type: 'domain', at: T, domain: `d-${n}` });
    }
    // Somebody else wrote first: what was kept is applied to that.
    entry.hear({ id: entry.id, value: encodeRecord({ ...FRESH, failures: 3 }), revision: 5 });
    assert.equal(failuresOf(entry), 4);
    const { view } = entry;
    assert.deepEqual(view.state === 'in-service' && view.scarce?.map(({ until }) => until - T), [999, 1_000]);
    assert.equal(view.domain, 'd-1000');
    assert.equal(asked(entry, 'n.0').events.size, 4);
  });

  void it("keeps the operator's word where a store that lost it holds something else of the same epoch", () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    entry.hear({ id: entry.id, value: encodeRecord(disabled), revision: 5 });
    entry.doubt();
    entry.hear({ id: entry.id, value: encodeRecord(out), revision: 9 });
    assert.equal(entry.view.state, 'disabled');
    const { expected, record } = asked(entry, 'n.0');
    assert.deepEqual([expected, record.state], [9, 'disabled']);
  });

  void it("takes the operator's word over from a store that lost what was known", () => {
    const entry = new BookEntry('key/p/k', 'k', { isConfigured: () => true });
    entry.hear({ id: entry.id, value: encodeRecord(out), revision: 9 });
    entry.doubt();
    entry.hear({ id: entry.id, value: encodeRecord(disabled), revision: 5 });
    assert.equal(entry.view.state, 'disabled');
    assert.equal(entry.isUnwritten, false);
  });
});
