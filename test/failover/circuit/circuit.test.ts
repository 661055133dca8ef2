import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from '../../support/property.ts';
import {
  CLOSED,
  MAX_OPEN_MS,
  openStatus,
  nextCircuit,
  TRIAL_MS,
} from '../../../src/failover/circuit/circuit.ts';
import type { Circuit, CircuitEvent, ProviderFailure } from '../../../src/failover/circuit/circuit.ts';

const START = 1_700_000_000_000;

/** A pool with so many usable keys, none of which has answered lately. */
const unheard = (usableKeys: number): ProviderFailure['pool'] => ({ usableKeys, isAnswering: false });

/** A try of a chat that failed at once, the only key of its pool, unless `more` says otherwise. */
function failure(at: number, request: string, more: Partial<ProviderFailure> = {}): ProviderFailure {
  return {
    type: 'failed',
    at,
    startedAt: at,
    model: 'm',
    keyId: 'a',
    requestId: request,
    fingerprint: request,
    rule: 'server-error',
    chats: true,
    check: false,
    hadAnswered: false,
    pool: unheard(1),
    jitter: 0,
    ...more,
  };
}

const answer = (at: number, keyId = 'a', isGood = true): CircuitEvent => ({
  type: 'answered',
  at,
  keyId,
  isGood,
});
const tried = (at: number): CircuitEvent => ({ type: 'trial-started', at });

function after(events: readonly CircuitEvent[], from: Circuit = CLOSED): Circuit {
  return events.reduce(nextCircuit, from);
}

const isOpen = (circuit: Circuit, now: number): boolean => openStatus(circuit, now) !== undefined;

/** Three tries of two requests. */
const OUTAGE = [failure(START, 'r1'), failure(START + 10, 'r1'), failure(START + 20, 'r2')];
const OPEN = after(OUTAGE);

/** Whether so many of these keys in turn open it. */
const withKeys = (keys: readonly string[], usableKeys: number): boolean =>
  isOpen(
    after(
      Array.from({ length: 12 }, (_, n) =>
        failure(START + n, `r${n}`, { keyId: keys[n % keys.length] ?? '', pool: unheard(usableKeys) }),
      ),
    ),
    START + 20,
  );

const poison = (request: string): CircuitEvent => ({
  type: 'withdrawn',
  at: START + 30,
  requestId: request,
});

void suite('a circuit opens', () => {
  void test('when a run of tries fails, of different requests', () => {
    assert.equal(isOpen(after(OUTAGE.slice(0, 2)), START + 10), false);
    assert.deepEqual(OPEN.status, {
      model: 'm',
      state: 'open',
      at: START + 20,
      since: START + 20,
      until: START + 20 + 5_000,
      strikes: 1,
      rule: 'server-error',
      chats: true,
    });
  });

  void test('not by one request, however many keys it fails with, nor when it is repeated', () => {
    const tries = ['a', 'b', 'c', 'd'].map((keyId, n) =>
      failure(START + n, 'r1', { keyId, pool: unheard(4) }),
    );
    const again = tries.map((each) => ({ ...each, requestId: 'r2' }));
    const oncemore = tries.map((each) => ({ ...each, requestId: 'r3' }));
    assert.equal(isOpen(after([...tries, ...again, ...oncemore]), START + 10), false);
  });

  void test('by the same request of many clients all the same', () => {
    const tries = Array.from({ length: 5 }, (_, n) => failure(START + n, `r${n}`, { fingerprint: 'ping' }));
    assert.equal(isOpen(after(tries.slice(0, 4)), START + 10), false);
    assert.equal(isOpen(after(tries), START + 10), true);
  });

  void test('not by one key of several, nor by two of many', () => {
    assert.equal(withKeys(['a'], 2), false);
    assert.equal(withKeys(['a', 'b'], 2), true);
    assert.equal(withKeys(['a', 'b'], 3), false);
    assert.equal(withKeys(['a', 'b', 'c'], 3), true);
  });

  void test('not while anything is answered in between', () => {
    const events = Array.from({ length: 40 }, (_, n) =>
      n % 3 === 2 ? answer(START + n) : failure(START + n, `r${n}`),
    );
    assert.equal(isOpen(after(events), START + 40), false);
  });

  void test('where almost nothing is answered, and that by keys that fail as well', () => {
    const keys = ['a', 'b', 'c'];
    const failures = Array.from({ length: 30 }, (_, n) =>
      failure(START + n, `r${n}`, { keyId: keys[n % 3] ?? '', pool: unheard(3) }),
    );
    const twoThenAnswer = failures.flatMap((each, n) =>
      n === 1 || n === 12 ? [each, answer(each.at, 'a')] : [each],
    );
    assert.equal(isOpen(after(twoThenAnswer), START + 40), true);
  });

  void test('not where a key answers that never fails: the others are bad keys', () => {
    let circuit = CLOSED;
    for (let n = 0; n < 200; n++) {
      // Two bad keys between any two answers of the good one.
      const event =
        n % 3 === 0 ? answer(START + n, 'good') : failure(START + n, `r${n}`, { keyId: `bad-${n % 3}` });
      circuit = nextCircuit(circuit, { ...event, ...(event.type === 'failed' && { pool: unheard(12) }) });
      assert.equal(isOpen(circuit, START + n), false);
    }
  });

  void test('not by keys that have not answered for long, where another one of the pool has', () => {
    const pool = { usableKeys: 9, isAnswering: true };
    const bad = Array.from({ length: 20 }, (_, n) =>
      failure(START + n, `r${n}`, { keyId: `bad-${n % 8}`, pool }),
    );
    assert.equal(isOpen(after(bad), START + 20), false);
    const good = failure(START + 30, 'r30', { keyId: 'good', pool, hadAnswered: true });
    assert.equal(isOpen(after([...bad, good]), START + 30), true, 'until that one fails, too');
  });

  void test('not by failures that lie far apart', () => {
    const hourly = OUTAGE.map((event, n) => ({ ...event, at: START + n * 3_600_000 }));
    assert.equal(isOpen(after(hourly), START + 3 * 3_600_000), false);
  });
});

void suite('an open circuit', () => {
  const dueAt = OPEN.status?.until ?? 0;

  void test('is half-open from the moment that something sets out to try it, when it is due', () => {
    assert.equal(nextCircuit(OPEN, tried(dueAt - 1)), OPEN);
    const half = nextCircuit(OPEN, tried(dueAt));
    assert.deepEqual([half.status?.state, half.status?.until], ['half-open', dueAt + TRIAL_MS]);
    assert.equal(nextCircuit(half, tried(dueAt + 1)), half, 'one at a time');
    assert.equal(nextCircuit(half, tried(dueAt + TRIAL_MS)).status?.state, 'half-open', 'but not for ever');
  });

  void test('is closed by a refusal, which speaks for nothing while it is closed', () => {
    assert.equal(nextCircuit(OPEN, answer(dueAt, 'a', false)).status?.state, 'closed');
    const failing = after([failure(START, 'r1'), failure(START + 1, 'r2')]);
    const refused = nextCircuit(failing, answer(START + 2, 'a', false));
    assert.equal(refused, failing);
    assert.equal(nextCircuit(refused, failure(START + 3, 'r3')).status?.state, 'open');
  });

  void test('stays open longer with each trial that fails, up to the cap', () => {
    const times: number[] = [];
    let circuit = OPEN;
    let now = dueAt;
    for (let n = 0; n < 8; n++) {
      circuit = after([tried(now), failure(now, `trial ${n}`)], circuit);
      times.push((circuit.status?.until ?? 0) - now);
      now = circuit.status?.until ?? 0;
    }
    assert.deepEqual(times.slice(0, 5), [10_000, 20_000, MAX_OPEN_MS, MAX_OPEN_MS, MAX_OPEN_MS]);
    assert.equal(circuit.status?.since, OPEN.status?.since, 'it was open all the time');
  });

  void test('heeds no failure but that of a trial', () => {
    assert.equal(nextCircuit(OPEN, failure(START + 100, 'r9')), OPEN);
    const half = nextCircuit(OPEN, tried(dueAt));
    const late = failure(dueAt + 50, 'r1', { startedAt: START + 15 });
    assert.equal(nextCircuit(half, late), half, 'it was under way before');
    assert.equal(nextCircuit(half, failure(dueAt + 50, 'check', { check: true })).status?.state, 'open');
  });

  void test('is closed by any answer, and remembers for a while how often it had opened', () => {
    const closed = nextCircuit(OPEN, answer(START + 1_000));
    assert.equal(isOpen(closed, START + 1_000), false);
    const again = (at: number): number | undefined =>
      after(
        OUTAGE.map((event) => ({ ...event, at: event.at + at, startedAt: event.at + at })),
        closed,
      ).status?.strikes;
    assert.equal(again(10_000), 2);
    assert.equal(again(10 * 60_000), 1);
  });

  void test('says nothing any more when nobody has tried it for long', () => {
    assert.deepEqual([isOpen(OPEN, dueAt + 9 * 60_000), isOpen(OPEN, dueAt + 10 * 60_000)], [true, false]);
  });

  void test('is as others found it, where they found it later', () => {
    const { status } = nextCircuit(OPEN, answer(START + 500));
    assert.ok(status !== undefined && OPEN.status !== undefined);
    assert.equal(isOpen(nextCircuit(OPEN, { type: 'shared', status }), START + 600), false);
    const half = nextCircuit(OPEN, tried(dueAt));
    assert.equal(nextCircuit(half, { type: 'shared', status: OPEN.status }), half);
  });

  void test('seems younger than what it followed, whatever the clock says', () => {
    const ahead: Circuit = { ...OPEN, status: OPEN.status && { ...OPEN.status, at: START + 60_000 } };
    assert.equal(nextCircuit(ahead, answer(START + 1_000)).status?.at, START + 60_001);
  });
});

void suite('what turns out to be poison is taken back', () => {
  void test('before it has opened anything', () => {
    const two = OUTAGE.slice(0, 2);
    const circuit = after([...two, poison('r1'), failure(START + 40, 'r2'), failure(START + 50, 'r3')]);
    assert.equal(isOpen(circuit, START + 50), false);
  });

  void test('and closes what it has opened, as though it had never been', () => {
    const closed = nextCircuit(OPEN, poison('r1'));
    assert.equal(isOpen(closed, START + 30), false);
    assert.equal(
      after(
        OUTAGE.map((event) => ({ ...event, at: event.at + 100 })),
        closed,
      ).status?.strikes,
      1,
    );
  });

  void test('with what asked for the same', () => {
    const twin = failure(START + 5, 'r7', { fingerprint: 'r1' });
    const circuit = after([twin, ...OUTAGE, poison('r7')]);
    assert.equal(isOpen(circuit, START + 30), false);
  });

  void test('but not where the rest shows as much', () => {
    const more = [failure(START + 1, 'r3'), failure(START + 2, 'r4'), failure(START + 3, 'r5')];
    const open = after([failure(START, 'r1'), ...more.slice(0, 2)]);
    assert.equal(isOpen(open, START + 5), true);
    const enough = after([...more, failure(START + 4, 'r6'), poison('r1')]);
    assert.equal(isOpen(enough, START + 5), true);
  });
});

/** What may happen next, and how much later. */
const happening = fc.record({
  what: fc.constantFrom('failed', 'failed', 'failed', 'answered', 'trial-started', 'withdrawn'),
  laterMs: fc.constantFrom(0, 1, 40, 700, 5_000, 61_000, 700_000),
  request: fc.nat({ max: 5 }),
  key: fc.nat({ max: 4 }),
  startedAgoMs: fc.constantFrom(0, 0, 100, 40_000),
  jitter: fc.constantFrom(0, 0.5, 0.999),
});

void test('an answer always leaves it closed, and what is open is due again within the cap', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 150, size: 'max' }), (steps) => {
      let circuit = CLOSED;
      let now = START;
      for (const { what, laterMs, request, key, startedAgoMs, jitter } of steps) {
        now += laterMs;
        const id = `r${request}`;
        const keyId = `k${key}`;
        const more = { keyId, pool: unheard(3), jitter, startedAt: now - startedAgoMs };
        const event: CircuitEvent =
          what === 'failed'
            ? failure(now, id, more)
            : what === 'answered'
              ? answer(now, keyId)
              : what === 'trial-started'
                ? tried(now)
                : { type: 'withdrawn', at: now, requestId: id };
        const before = circuit;
        circuit = nextCircuit(circuit, event);
        if (what === 'answered') assert.equal(isOpen(circuit, now), false);
        if (what !== 'failed' && !isOpen(before, now)) assert.equal(isOpen(circuit, now), false);
        const mark = openStatus(circuit, now);
        if (mark?.state === 'open') assert.ok(mark.until - mark.at <= MAX_OPEN_MS);
        if (mark?.state === 'half-open') assert.ok(mark.until - mark.at <= TRIAL_MS);
        if (circuit.status !== before.status && before.status !== undefined)
          assert.ok((circuit.status?.at ?? 0) > before.status.at, 'what is newer is told from what is older');
      }
    }),
    { numRuns: 1_000 },
  );
});

void test('a provider of which every other try is answered never has an open circuit', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 150, size: 'max' }), (steps) => {
      let circuit = CLOSED;
      let now = START;
      for (const { laterMs, request, key } of steps) {
        now += laterMs;
        circuit = after(
          [failure(now, `r${request}`, { keyId: `k${key}`, pool: unheard(3) }), answer(now, `k${key}`)],
          circuit,
        );
        assert.equal(isOpen(circuit, now), false);
      }
    }),
  );
});
