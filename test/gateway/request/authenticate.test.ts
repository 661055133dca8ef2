import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { authenticator } from '../../../src/gateway/request/authenticate.ts';
import { Secret } from '../../../src/base/secret.ts';

const KEY = 'client-key-0123456789';

void test('an admission says who calls, and keeps their key to itself', () => {
  const admit = authenticator([{ name: 'web', key: new Secret(KEY), holdWhole: false }]);
  const admitted = {
    kind: 'admitted',
    client: 'web',
    tenant: 'web',
    credential: undefined,
    holdWhole: false,
  };
  assert.deepEqual(admit({ authorization: `Bearer ${KEY}` }), admitted);
  assert.deepEqual(admit({ 'x-api-key': KEY }), admitted);
  assert.deepEqual(admit({ 'x-goog-api-key': KEY }), admitted);
  assert.deepEqual(admit({ 'api-key': KEY }), admitted);
  assert.deepEqual(admit({}, `/v1beta/models/m:generateContent?alt=sse&key=${KEY}`), admitted);
  const protocols = `realtime, openai-insecure-api-key.${KEY}`;
  assert.deepEqual(admit({ 'sec-websocket-protocol': protocols }), admitted);
});

void test('an admission says why nobody is let in', () => {
  const admit = authenticator([{ name: 'web', key: new Secret(KEY), holdWhole: false }]);
  for (const headers of [{}, { authorization: KEY }, { authorization: 'Bearer ' }, { 'x-api-key': '' }]) {
    assert.deepEqual(admit(headers), { kind: 'refused', code: 'missing_api_key' });
  }
  for (const key of ['nope', KEY.slice(1), `${KEY}x`, KEY.toUpperCase(), '__proto__', 'constructor']) {
    assert.deepEqual(admit({ 'x-api-key': key }), { kind: 'refused', code: 'invalid_api_key' });
  }
});

void test('where there is no list everybody is let in, and what they brought stays a secret', () => {
  const admit = authenticator(undefined);
  const admitted = admit({ authorization: `Bearer ${KEY}` });
  assert.ok(admitted.kind === 'admitted');
  assert.equal(admitted.credential?.reveal(), KEY);
  assert.ok(!inspect(admitted, { depth: 5, showHidden: true }).includes(KEY));
  assert.ok(!JSON.stringify(admitted).includes(KEY));
  assert.deepEqual(admit({}), {
    kind: 'admitted',
    client: '',
    tenant: '',
    credential: undefined,
    holdWhole: false,
  });
});

void test('what a client makes is its group’s, or its own', () => {
  const admit = authenticator([
    { name: 'old', key: new Secret(KEY), holdWhole: false },
    { name: 'new', group: 'old', key: new Secret(`${KEY}-2`), holdWhole: false },
  ]);
  const owners = [KEY, `${KEY}-2`].map((key) => {
    const admitted = admit({ 'x-api-key': key });
    return admitted.kind === 'admitted' ? [admitted.client, admitted.tenant] : [];
  });
  assert.deepEqual(owners, [
    ['old', 'old'],
    ['new', 'old'],
  ]);
});
