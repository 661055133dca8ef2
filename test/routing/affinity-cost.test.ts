import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { keyPreference } from '../../src/routing/key-preference.ts';
import {
  deletedResource,
  createsResources,
  resourceRefs,
  touchedResources,
} from '../../src/routing/resource-refs.ts';
import { parseConfig } from '../../src/config/load/load.ts';
import type { Call } from '../../src/dialects/operations/call.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { openProvider, type Provider } from '../../src/providers/provider.ts';
import { gatewayFor } from '../support/gateway.ts';
import { ask, chat, streamedChat } from '../support/http.ts';
import { callOf } from './calls.ts';

function providerWith(options: object): Provider {
  const text = JSON.stringify({ provider: { type: 'openai', apiTokens: ['sk-a', 'sk-b'], ...options } });
  const result = parseConfig(text, { env: {} });
  assert.ok(result.ok);
  const [provider] = result.config.providers;
  assert.ok(provider !== undefined);
  return openProvider(provider, () => FRESH);
}

/** The call, but that nobody may look at its headers or its body. */
function closed(call: Call): Call {
  return {
    ...call,
    get headers(): never {
      throw new Error('the headers were read');
    },
    get body(): never {
      throw new Error('the body was read');
    },
  };
}

void test('a call without affinity has neither its headers nor its body looked at, and gets no list of its own', () => {
  const plain = closed(callOf('POST', '/v1/chat/completions', { model: 'm', messages: [], user: 'u' }));
  const other = closed(callOf('POST', '/v1/embeddings', { model: 'm', input: 'x' }));
  assert.equal(resourceRefs(plain), resourceRefs(other));
  assert.equal(touchedResources(plain), touchedResources(other));
  assert.deepEqual(
    [createsResources(plain), deletedResource(plain), resourceRefs(plain).length],
    [false, undefined, 0],
  );
  const failover = { enabled: true, healthCheckModel: 'm' };
  assert.equal(keyPreference(plain, providerWith({ failover })), undefined);
  assert.equal(keyPreference(plain, providerWith({})), undefined);
  const stored = closed(callOf('POST', '/v1/responses', { model: 'm', input: 'x' }));
  assert.equal(keyPreference(stored, providerWith({ failover })), undefined);
});

void test('requests without affinity leave nothing in the store', async (t) => {
  const gateway = await gatewayFor(t, { state: 'sqlite' });
  const bodies = [
    chat('a'),
    streamedChat('b'),
    chat('c', { store: false, user: 'u', prompt_cache_key: 'k' }),
  ];
  for (const body of bodies) assert.equal((await ask(gateway.url, { body })).status, 200);
  const database = new DatabaseSync(gateway.stateFile ?? '', { readOnly: true });
  const kept = database.prepare('SELECT id FROM passing UNION ALL SELECT id FROM lasting').all();
  // What nodes exchange does not depend on requests.
  const ofRequests = kept.filter(({ id }) => !/^(?:configurations$|probe-keys\/)/.test(String(id)));
  assert.deepEqual(ofRequests, []);
  database.close();
});
