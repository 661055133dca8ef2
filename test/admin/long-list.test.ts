import assert from 'node:assert/strict';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import * as z from 'zod';
import { openAdminFixture } from './tools.ts';

/** Their listing is more than sockets buffer, so that a reader that waits is noticed. */
const KEYS = 100_000;

const listing = z.object({ keys: z.array(z.object({ id: z.string() })) });

function secret(i: number): string {
  return `sk-many-0123456789-${i}`;
}

const many = { id: 'many', type: 'openai', apiTokens: Array.from({ length: KEYS }, (_, i) => secret(i)) };

/** The beginning of the list; the rest comes as it is read. */
function beginList(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/api/keys`, { agent: false }, resolve).on('error', reject);
  });
}

void test('a long list comes as it is read, and others are answered meanwhile', async (context) => {
  const fixture = await openAdminFixture(context, { providers: [many] });
  const list = await beginList(fixture.url);
  assert.equal((await fixture.get(`/api/keys/${fixture.key(secret(7)).id}`)).status, 200);
  assert.equal(list.complete, false);
  const { keys } = listing.parse(JSON.parse(await text(list)));
  assert.equal(new Set(keys.map(({ id }) => id)).size, KEYS);
  // What is not wanted does not travel.
  await fixture.post(`/api/keys/${fixture.key(secret(7)).id}/disable`);
  const wanted = await fixture.get('/api/keys?state=disabled');
  assert.deepEqual(
    listing.parse(wanted.json()).keys.map(({ id }) => id),
    [fixture.key(secret(7)).id],
  );
});

void test('a reader that leaves in the middle of a list causes no defect', async (context) => {
  const fixture = await openAdminFixture(context, { providers: [many] });
  const list = await beginList(fixture.url);
  list.destroy();
  assert.equal((await fixture.get('/api/keys?provider=none')).status, 404);
  await fixture.admin.close();
  assert.deepEqual(fixture.defects, []);
});
