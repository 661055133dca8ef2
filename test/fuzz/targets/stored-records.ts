import assert from 'node:assert/strict';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import type { KeyEvent } from '../../../src/keys/record/event.ts';
import { reduce } from '../../../src/keys/record/reducer.ts';
import type { Dice } from '../../system/cluster-simulation/dice.ts';
import { attempt, denies, outOfCredit, POLICY, revoked, succeeds, throttles } from '../../keys/tools.ts';
import type { FuzzTarget } from '../target.ts';

/** Whatever is in the store, it is a record or none, and a record that was changed can be stored again. */
export function storedRecords(): FuzzTarget {
  const since = 1_700_000_000_000;
  return {
    name: 'stored-records',
    newInputs: 2_000,
    words: ['"epoch":1', '"disabled"', '"in-service"', '"out-of-service"', '"holds":[]', '"mark":"m"'],
    seeds: [
      { state: 'disabled', epoch: 3, since },
      {
        state: 'in-service',
        epoch: 1,
        since,
        failures: 2,
        lastRule: 'r',
        holds: [
          { model: 'm', cause: 'throttled', rule: 'r', since, until: since + 1, strikes: 1, wide: true },
        ],
        scarce: [{ model: 'm', since, until: since + 5 }],
        doubt: { cause: 'key_dead', model: 'm', rule: 'r', since, nextCheckAt: since },
        comeback: { relapses: 1, model: 'm' },
        domain: 'd',
      },
      {
        state: 'out-of-service',
        epoch: 2,
        since,
        cause: 'billing',
        rule: 'r',
        passes: 0,
        failedChecks: 1,
        nextCheckAt: since + 5000,
        returnsAt: since + 9000,
        unproven: { inServiceSince: since },
        circuits: [{ model: 'm', state: 'open', at: since, since, until: since + 1, strikes: 1, rule: 'r' }],
        decisions: [{ at: since, effect: 'out', rule: 'r', status: 401 }],
      },
    ].map((record) => Buffer.from(JSON.stringify(record))),
    run: (input, random) => {
      const record = decodeRecord(input.toString());
      if (record === undefined) return;
      const text = encodeRecord(record);
      const again = decodeRecord(text);
      assert.ok(again !== undefined, 'what was read cannot be read again once it is written');
      assert.equal(encodeRecord(again), text);
      let next = record;
      for (let left = random.whole(1, 5); left > 0; left--)
        next = reduce(next, someEvent(next.since, random), POLICY);
      assert.ok(decodeRecord(encodeRecord(next)) !== undefined, 'a changed record cannot be read');
    },
  };
}

function someEvent(since: number, random: Dice): KeyEvent {
  const at = since + random.whole(0, 100_000);
  const effects = [succeeds, revoked, outOfCredit, throttles, denies];
  const epoch = random.whole(0, 3);
  const events: readonly KeyEvent[] = [
    { type: 'disabled', at },
    { type: 'enabled', at },
    { type: 'lifted', at },
    attempt(random.pick(effects), at, { epoch, check: random.chance(0.3), waitMs: random.whole(0, 1e9) }),
  ];
  return random.pick(events);
}
