import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rawConnection } from '../support/http.ts';
import { refusal, openAdminFixture } from './tools.ts';

const KEY = 'sk-only-0123456789abcdef';
const TOKEN = 'admin-token-0123456789';

const pools = {
  providers: [
    { id: 'main', type: 'openai', apiTokens: [KEY], failover: { enabled: true, cooldownDuration: 1 } },
  ],
};

void test('with a token only those who know it are let in', async (context) => {
  const fixture = await openAdminFixture(context, { ...pools, token: TOKEN });
  const listing = (authorization?: string) =>
    fixture.get('/api/keys', authorization === undefined ? {} : { authorization });
  const without = await listing();
  assert.deepEqual(refusal(without), [401, 'missing_token']);
  assert.equal(without.headers['www-authenticate'], 'Bearer');
  assert.deepEqual(refusal(await listing(`Basic ${TOKEN}`)), [401, 'missing_token']);
  assert.deepEqual(refusal(await listing('Bearer ')), [401, 'missing_token']);
  for (const wrong of ['x', TOKEN.slice(0, -1), `${TOKEN}x`, TOKEN.toUpperCase()]) {
    assert.deepEqual(refusal(await listing(`Bearer ${wrong}`)), [401, 'invalid_token']);
  }
  assert.equal((await listing(`Bearer ${TOKEN}`)).status, 200);
  assert.equal((await listing(`bearer ${TOKEN}`)).status, 200);
});

void test('with a token the name it is called by does not matter', async (context) => {
  const fixture = await openAdminFixture(context, { ...pools, token: TOKEN });
  const headers = { authorization: `Bearer ${TOKEN}`, host: 'keys.example', origin: 'https://keys.example' };
  assert.equal((await fixture.get('/api/keys', headers)).status, 200);
});

void test('without the token nothing is shown', async (context) => {
  const fixture = await openAdminFixture(context, { ...pools, token: TOKEN });
  for (const path of ['/api/keys/none', '/nothing', `/api/keys/${fixture.key(KEY).id}`]) {
    assert.deepEqual(refusal(await fixture.get(path)), [401, 'missing_token']);
  }
});

void test('without a token a name that was made to point here is refused', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const { port } = fixture.admin.address;
  const calledBy = (host: string) => fixture.get('/api/keys', { host });
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    'a b',
    'evil.example@127.0.0.1',
    '127.0.0.1/evil.example',
    '2130706433',
  ]) {
    assert.deepEqual(refusal(await calledBy(host)), [403, 'foreign_host'], host);
  }
  for (const host of ['127.0.0.1', `localhost:${port}`, '[::1]:80', 'LOCALHOST', '127.1.2.3']) {
    assert.equal((await calledBy(host)).status, 200, host);
  }
});

void test('without a token no page of another site can read or change anything', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const path = `/api/keys/${fixture.key(KEY).id}/disable`;
  const own = `http://127.0.0.1:${fixture.admin.address.port}`;
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { origin: `https://127.0.0.1:${fixture.admin.address.port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: own },
  ];
  for (const headers of foreign) {
    assert.deepEqual(
      refusal(await fixture.post(path, headers)),
      [403, 'cross_site'],
      JSON.stringify(headers),
    );
    const listing = await fixture.get('/api/keys', headers);
    assert.deepEqual(refusal(listing), [403, 'cross_site']);
  }
  assert.equal(fixture.book.record(fixture.key(KEY)).state, 'in-service');
  assert.equal((await fixture.post(path, { origin: own, 'sec-fetch-site': 'same-origin' })).status, 200);
  assert.equal((await fixture.post(path, { 'sec-fetch-site': 'none' })).status, 200);
});

void test('a body is passed over where it is small, and never read where it is not', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const path = `/api/keys/${fixture.key(KEY).id}/disable`;
  assert.equal((await fixture.post(path, { 'content-length': '2' }, '{}')).status, 200);

  // The body never comes: an answer shows that nobody waited for it.
  const connection = await rawConnection(fixture.admin.address.port);
  connection.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000000\r\n\r\n`);
  assert.match(await connection.closed, /^HTTP\/1\.1 413 .*unexpected_body/s);

  const chunked = await fixture.post(path, { 'transfer-encoding': 'chunked' }, 'x');
  assert.deepEqual(refusal(chunked), [413, 'unexpected_body']);
});
