import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeOwnership, encodeOwnership } from '../../src/routing/resource-owner.ts';

const KEYS = { providerId: 'p', keyId: 'k' };

void test('an ownership record is decoded as it was encoded, whatever the names', () => {
  for (const quotaDomain of ['k', 'an org', 'two\nlines', 'x\ny\n1']) {
    for (const tenant of ['ada', 'Ada & Söhne', 'two\nlines', '%0A', '7']) {
      const ownership = { owner: { ...KEYS, quotaDomain, tenant }, ttlMs: 86_400_000 };
      assert.deepEqual(decodeOwnership(encodeOwnership(ownership)), ownership);
    }
  }
});

void test('what an earlier version wrote, or what has no tenant, has none', () => {
  const owner = { ...KEYS, quotaDomain: 'org', tenant: '' };
  assert.deepEqual(decodeOwnership('p\nk\norg'), { owner, ttlMs: 0 });
  assert.equal(encodeOwnership({ owner, ttlMs: 5 }), 'p\nk\norg');
  assert.equal(decodeOwnership('p\nk'), undefined);
  assert.equal(decodeOwnership('p\nk\norg\n%E0%A4%A\n5')?.owner.tenant, '');
});
