import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { authenticator } from '../../../src/gateway/request/authenticate.ts';
import { Secret } from '../../../src/base/secret.ts';

const KEY = 'client-key-0123456789';

void test('authentication names the client, and keeps its key to itself', () => {
  const authenticate = authenticator([{ name: 'web', key: new Secret(KEY), holdWhole: false }]);
  const admitted = {
    kind: 'admitted',
    client: 'web',
    tenant: 'web',
    credential: undefined,
    holdWhole: false,
  };
  assert.deepEqual(authenticate({ authorization: `Bearer ${KEY}` }), admitted);
  assert.deepEqual(authenticate({ 'x-api-key': KEY }), admitted);
  assert.deepEqual(authenticate({ 'x-goog-api-key': KEY }), admitted);
  assert.deepEqual(authenticate({ 'api-key': KEY }), admitted);
  assert.deepEqual(authenticate({}, `/v1beta/models/m:generateContent?alt=sse&key=${KEY}`), admitted);
  const protocols = `realtime, openai-insecure-api-key.${KEY}`;
  assert.deepEqual(authenticate({ 'sec-websocket-protocol': protocols }), admitted);
});

void test('authentication says why a request is refused', () => {
  const authenticate = authenticator([{ name: 'web', key: new Secret(KEY), holdWhole: false }]);
  for (const headers of [{}, { authorization: KEY }, { authorization: 'Bearer ' }, { 'x-api-key': '' }]) {
    assert.deepEqual(authenticate(headers), { kind: 'refused', code: 'missing_api_key' });
  }
  for (const key of ['nope', KEY.slice(1), `${KEY}x`, KEY.toUpperCase(), '__proto__', 'constructor']) {
    assert.deepEqual(authenticate({ 'x-api-key': key }), { kind: 'refused', code: 'invalid_api_key' });
  }
});

void test('without clients everybody is admitted, and the credential stays a secret', () => {
  const authenticate = authenticator(undefined);
  const admitted = authenticate({ authorization: `Bearer ${KEY}` });
  assert.ok(admitted.kind === 'admitted');
  assert.equal(admitted.credential?.reveal(), KEY);
  assert.ok(!inspect(admitted, { depth: 5, showHidden: true }).includes(KEY));
  assert.ok(!JSON.stringify(admitted).includes(KEY));
  assert.deepEqual(authenticate({}), {
    kind: 'admitted',
    client: '',
    tenant: '',
    credential: undefined,
    holdWhole: false,
  });
});

void test('what a client creates belongs to its group, or to itself', () => {
  const authenticate = authenticator([
    { name: 'old', key: new Secret(KEY), holdWhole: false },
    { name: 'new', group: 'old', key: new Secret(`${KEY}-2`), holdWhole: false },
  ]);
  const tenants = [KEY, `${KEY}-2`].map((key) => {
    const admitted = authenticate({ 'x-api-key': key });
    return admitted.kind === 'admitted' ? [admitted.client, admitted.tenant] : [];
  });
  assert.deepEqual(tenants, [
    ['old', 'old'],
    ['new', 'old'],
  ]);
});
