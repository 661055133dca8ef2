import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { decodeRecord, encodeRecord } from '../../../src/keys/book/codec.ts';
import { FRESH } from '../../../src/keys/record/record.ts';
import type { Disabled, Hold, InService, KeyRecord, OutOfService } from '../../../src/keys/record/record.ts';

const hold: Hold = { model: 'm', cause: 'throttled', rule: 'r', since: 1, until: 2.5, strikes: 1 };
const inService: InService = {
  state: 'in-service',
  epoch: 3,
  since: 5,
  failures: 1,
  lastRule: 'r',
  holds: [hold, { ...hold, model: '\u0000"\ud800', cause: 'denied' }],
};
const out: OutOfService = {
  state: 'out-of-service',
  epoch: 4,
  since: 6,
  cause: 'billing',
  rule: 'r',
  passes: 0,
  failedChecks: 2,
  nextCheckAt: 9,
  returnsAt: 12.5,
};
const disabled: Disabled = {
  state: 'disabled',
  epoch: 1,
  since: 2,
  operator: { act: 'disabled', at: 2 },
};
const records: readonly KeyRecord[] = [FRESH, inService, out, disabled];

/** Every value of `record` and of its first hold, with the way to set another in its place. */
function fieldsOf(record: KeyRecord): readonly (readonly [string, (value: unknown) => unknown])[] {
  // What cannot be read of the operator's acts is made up from the rest.
  const fields = Object.keys(record)
    .filter((field) => field !== 'operator')
    .map((field) => [field, (value: unknown) => ({ ...record, [field]: value })] as const);
  if (record.state !== 'in-service' || record.holds.length === 0) return fields;
  const inHold = Object.keys(hold).map(
    (field) =>
      [`hold.${field}`, (value: unknown) => ({ ...record, holds: [{ ...hold, [field]: value }] })] as const,
  );
  return [...fields, ...inHold];
}

void describe('decodeRecord', () => {
  for (const record of records) {
    void it(`reads what was written: ${record.state}, epoch ${record.epoch}`, () => {
      assert.deepEqual(decodeRecord(encodeRecord(record)), record);
    });
  }

  void it('takes unknown fields for those of a newer version, and drops them', () => {
    const text = JSON.stringify({ ...out, hints: ['x'] });
    assert.deepEqual(decodeRecord(text), out);
  });

  void it('reads the decisions that are valid, and keeps the state where they are not', () => {
    const decision = { at: 1, effect: 'taken-out', rule: 'r', status: 401, requestId: 'q', node: 'n' };
    const reported = { ...out, decisions: [decision] };
    assert.deepEqual(decodeRecord(JSON.stringify(reported)), reported);
    const strange = [{ ...decision, effect: 'new' }, null, { ...decision, node: 'n'.repeat(257) }, decision];
    assert.deepEqual(decodeRecord(JSON.stringify({ ...out, decisions: strange })), reported);
    const many = Array.from({ length: 9 }, (_, at) => ({ ...decision, at }));
    const kept = decodeRecord(JSON.stringify({ ...out, decisions: many }))?.decisions;
    assert.deepEqual(kept, many.slice(-5));
    assert.deepEqual(decodeRecord(JSON.stringify({ ...out, decisions: 'none' })), out);
  });

  void it('reads the optional fields that are valid, and keeps the state where they are not', () => {
    const scarcity = { model: 'm', since: 1, until: 2.5 };
    const reported = { ...inService, scarce: [scarcity], domain: 'org' };
    assert.deepEqual(decodeRecord(encodeRecord(reported)), reported);
    assert.deepEqual(decodeRecord(encodeRecord({ ...out, domain: 'org' })), { ...out, domain: 'org' });
    for (const domain of [null, 7, {}, 'd'.repeat(257)]) {
      assert.deepEqual(decodeRecord(JSON.stringify({ ...inService, domain })), inService);
    }
    const strange = [null, {}, { ...scarcity, model: 7 }, { ...scarcity, until: -1 }];
    const longName = { ...scarcity, model: 'm'.repeat(257) };
    const written = JSON.stringify({ ...reported, scarce: [...strange, longName, scarcity] });
    assert.deepEqual(decodeRecord(written), reported);
    for (const scarce of [null, 'no', {}, strange]) {
      assert.deepEqual(decodeRecord(JSON.stringify({ ...inService, scarce })), inService);
    }
    const many = Array.from({ length: 70 }, (_, n) => ({ ...scarcity, model: `m-${n}` }));
    const kept = decodeRecord(JSON.stringify({ ...inService, scarce: many }));
    assert.deepEqual(kept?.state === 'in-service' && kept.scarce, many.slice(-64));
  });

  const malformed: readonly string[] = [
    '',
    'null',
    '7',
    '[]',
    '"in-service"',
    '{}',
    '{"state":"in-service"',
    '{"__proto__":{"state":"disabled","epoch":1,"since":1}}',
    ...['asleep', '', null, 1].map((state) => JSON.stringify({ ...out, state })),
  ];
  for (const text of malformed) {
    void it(`refuses ${text === '' ? 'nothing' : text}`, () => assert.equal(decodeRecord(text), undefined));
  }

  const wrong: readonly unknown[] = [null, true, {}, -1, 'no', [1]];
  const isText: ReadonlySet<string> = new Set(['lastRule', 'rule', 'hold.rule', 'hold.model']);
  for (const record of records) {
    for (const [field, put] of fieldsOf(record)) {
      void it(`refuses a record ${record.state} with a wrong ${field}`, () => {
        for (const value of wrong) {
          if (value === 'no' && isText.has(field)) continue;
          assert.equal(decodeRecord(JSON.stringify(put(value))), undefined, `${field}: ${String(value)}`);
        }
      });
    }
  }

  void it('finds what the operator said last where a version that does not know of that field has written', () => {
    const { operator: _, ...older } = disabled;
    assert.deepEqual(decodeRecord(JSON.stringify(older)), disabled);
    const decisions = [
      { at: 3, effect: 'enabled' },
      { at: 9, effect: 'counted' },
    ];
    assert.deepEqual(decodeRecord(JSON.stringify({ ...inService, decisions }))?.operator, {
      act: 'enabled',
      at: 3,
    });
    assert.equal(
      decodeRecord(JSON.stringify({ ...inService, decisions: decisions.slice(1) }))?.operator,
      undefined,
    );
    // It cannot be what it says: it is disabled, whatever is said of that.
    const contrary = { ...disabled, operator: { act: 'enabled', at: 7 } };
    assert.deepEqual(decodeRecord(JSON.stringify(contrary)), disabled);
  });

  void it('refuses counts that are not whole', () => {
    for (const [record, field] of [
      [inService, 'epoch'],
      [inService, 'failures'],
      [out, 'passes'],
      [out, 'failedChecks'],
    ] as const) {
      assert.equal(decodeRecord(JSON.stringify({ ...record, [field]: 0.5 })), undefined, field);
    }
  });

  void it('never throws, and returns only valid records, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .constantFrom(...records)
        .chain((record) =>
          fc
            .tuple(fc.constantFrom(...fieldsOf(record)), fc.jsonValue())
            .map(([[, put], value]) => JSON.stringify(put(value))),
        ),
      fc
        .tuple(fc.constantFrom(...records), fc.nat({ max: 200 }))
        .map(([record, end]) => encodeRecord(record).slice(0, end)),
    );
    const property = fc.property(text, (written) => {
      const record = decodeRecord(written);
      if (record !== undefined) assert.deepEqual(decodeRecord(encodeRecord(record)), record);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
