import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findOwnerKey, type OwnerKey } from '../../src/routing/owner-key.ts';
import { parseConfig } from '../../src/config/load/load.ts';
import { FRESH, type KeyRecord } from '../../src/keys/record/record.ts';
import { openProvider, type Provider } from '../../src/providers/provider.ts';

const NOW = 1_700_000_000_000;

function out(cause: 'failures' | 'key_dead' | 'billing', more: object = {}): KeyRecord {
  return {
    state: 'out-of-service',
    epoch: 1,
    since: NOW,
    cause,
    rule: 'r',
    passes: 0,
    failedChecks: 0,
    nextCheckAt: NOW + 1,
    ...more,
  };
}

/** A provider with the keys `a` and `b` of one account, and `c` of another. */
function providersWith(records: Readonly<Record<string, KeyRecord>> = {}): ReadonlyMap<string, Provider> {
  const provider = {
    type: 'openai',
    apiTokens: [
      { key: 'sk-a', name: 'a', quotaDomain: 'org' },
      { key: 'sk-b', name: 'b', quotaDomain: 'org' },
      { key: 'sk-c', name: 'c' },
    ],
    failover: { enabled: true, healthCheckModel: 'm' },
  };
  const result = parseConfig(JSON.stringify({ provider }), { env: {} });
  assert.ok(result.ok);
  return new Map(
    result.config.providers.map((one) => [one.id, openProvider(one, ({ name }) => records[name] ?? FRESH)]),
  );
}

function keyNamed(
  providers: ReadonlyMap<string, Provider>,
  name: string,
): { id: string; quotaDomain: string } {
  const all = [...(providers.get('openai')?.pool.all() ?? [])];
  const found = all.find(({ key }) => key.name === name);
  assert.ok(found !== undefined);
  return found.key;
}

function ownerKeyOf(name: string, records: Readonly<Record<string, KeyRecord>>, now = NOW): string {
  const providers = providersWith(records);
  const { id: keyId, quotaDomain } = keyNamed(providers, name);
  return describeKey(findOwnerKey({ providerId: 'openai', keyId, quotaDomain, tenant: '' }, providers, now));
}

function describeKey(place: OwnerKey): string {
  return place.kind === 'gone' ? place.reason : `key ${place.pooled?.key.name ?? 'none'}`;
}

void describe('a resource is reached', () => {
  void test('with that key, though it is out of service, out of credit or failing', () => {
    assert.equal(ownerKeyOf('c', {}), 'key c');
    assert.equal(ownerKeyOf('c', { c: out('failures') }), 'key c');
    assert.equal(ownerKeyOf('c', { c: out('billing') }), 'key c');
  });

  void test('by nobody where that key was disabled or is dead, until it has come back', () => {
    const disabled: KeyRecord = { state: 'disabled', epoch: 1, since: NOW };
    assert.equal(ownerKeyOf('c', { c: disabled }), 'was disabled by the operator');
    assert.equal(ownerKeyOf('c', { c: out('key_dead') }), 'is no longer accepted by its provider');
    assert.equal(ownerKeyOf('c', { c: out('key_dead', { returnsAt: NOW + 10 }) }, NOW + 10), 'key c');
  });

  void test('by nobody where the key or its provider has left the configuration', () => {
    const providers = providersWith();
    const owner = { providerId: 'openai', keyId: 'gone', quotaDomain: 'gone', tenant: '' };
    assert.equal(describeKey(findOwnerKey(owner, providers, NOW)), 'is no longer configured');
    assert.equal(
      describeKey(findOwnerKey({ ...owner, providerId: 'other' }, providers, NOW)),
      'is of a provider that is no longer configured',
    );
  });

  void test('with another key of the same account in service, once that key will not do', () => {
    assert.equal(ownerKeyOf('a', { a: out('failures') }), 'key a');
    assert.equal(ownerKeyOf('a', { a: out('key_dead') }), 'key b');
    assert.equal(
      ownerKeyOf('a', { a: out('key_dead'), b: out('failures') }),
      'is no longer accepted by its provider',
    );
    const replaced = { providerId: 'openai', keyId: 'gone', quotaDomain: 'org', tenant: '' };
    assert.match(describeKey(findOwnerKey(replaced, providersWith(), NOW)), /^key [ab]$/);
  });

  void test('without a key at a provider that has none', () => {
    const result = parseConfig(JSON.stringify({ provider: { type: 'openai' } }), { env: {} });
    assert.ok(result.ok);
    const providers = new Map(result.config.providers.map((one) => [one.id, openProvider(one, () => FRESH)]));
    assert.equal(
      describeKey(
        findOwnerKey({ providerId: 'openai', keyId: '', quotaDomain: '', tenant: '' }, providers, NOW),
      ),
      'key none',
    );
  });
});
