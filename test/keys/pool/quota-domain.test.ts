import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuotaDomain } from '../../../src/keys/pool/quota-domain.ts';
import type { DomainHold } from '../../../src/keys/pool/quota-domain.ts';
import { ANY_MODEL, FRESH } from '../../../src/keys/record/record.ts';
import type { Hold, InService, OutOfService } from '../../../src/keys/record/record.ts';

const T = 1_700_000_000_000;

function held(...holds: readonly Partial<Hold>[]): InService {
  const hold: Hold = {
    model: 'm',
    cause: 'throttled',
    rule: 'r.throttle',
    since: T,
    until: T + 3_000,
    strikes: 1,
  };
  return { ...FRESH, holds: holds.map((more) => ({ ...hold, ...more })) };
}

const broke: OutOfService = {
  state: 'out-of-service',
  epoch: 1,
  since: T,
  cause: 'billing',
  rule: 'r.broke',
  passes: 0,
  failedChecks: 0,
  nextCheckAt: T + 9_000,
};

function troublesOf(domain: QuotaDomain, now = T): readonly DomainHold[] {
  return [...domain.holds(now)];
}

void test('the holds of a domain name the key that showed them, and the rule that judged it', () => {
  const domain = new QuotaDomain('org');
  domain.update('a', held({ wide: true }, { model: 'own' }, { model: 'over', wide: true, until: T }));
  domain.update('b', broke);
  domain.update('c', { ...broke, cause: 'key_dead' });
  assert.deepEqual(troublesOf(domain), [
    { keyId: 'a', model: 'm', until: T + 3_000, cause: 'throttled', rule: 'r.throttle' },
    { keyId: 'b', model: ANY_MODEL, until: T + 9_000, cause: 'billing', rule: 'r.broke' },
  ]);
});

void test('its holds are exactly those that the choice uses', () => {
  const domain = new QuotaDomain('org');
  domain.update('a', held({ wide: true }, { model: 'n', wide: true, until: T + 1_000 }));
  domain.update('b', held({ until: T + 8_000, wide: true }, { model: 'own', until: T + 9_000 }));
  for (const now of [T, T + 2_000, T + 3_000, T + 8_000]) {
    for (const model of ['m', 'n', 'own']) {
      const untils = troublesOf(domain, now).flatMap((each) => (each.model === model ? [each.until] : []));
      assert.equal(domain.heldUntil(model, now), untils.length === 0 ? undefined : Math.max(...untils));
    }
  }
});
