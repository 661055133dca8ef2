import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { openAdminFixture, refusal } from './tools.ts';
import type { AdminFixture } from './tools.ts';

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';
const D = 'sk-fourth-0123456789abcdef-abcd';

const failover = { enabled: true, healthCheckModel: 'gpt-5-nano' };
const providers = [
  {
    id: 'main',
    type: 'openai',
    apiTokens: [
      { key: A, name: 'team-a', quotaDomain: 'org-1' },
      { key: B, name: 'team-ab', quotaDomain: 'org-1' },
      { key: C, name: 'spare' },
    ],
    failover,
  },
  { id: 'other', type: 'openai', apiTokens: [{ key: D, name: 'spare' }], failover },
];

const listing = z.object({ keys: z.array(z.looseObject({ id: z.string(), standing: z.string() })) });
const found = z.object({ count: z.number(), keys: z.array(z.object({ id: z.string() })) });

async function listed(fixture: AdminFixture, query: string): Promise<readonly string[]> {
  const { keys } = listing.parse((await fixture.get(`/api/keys?${query}`)).json());
  return keys.map(({ id }) => id);
}

void test('a list has the keys that stand so, or whose cause or reason it is', async (context) => {
  const fixture = await openAdminFixture(context, { providers });
  const [a, b, c, d] = [A, B, C, D].map((secret) => fixture.key(secret).id);
  fixture.happens(A, { kind: 'throttles' }, { waitMs: 30_000, domainWide: true, rule: 'openai.rate-limit' });
  fixture.happens(C, { kind: 'condemns', cause: 'billing' }, { rule: 'openai.quota' });
  await fixture.post(`/api/keys/${d}/disable`);

  // What shares the limits of a throttled key is not used either, and says why.
  assert.deepEqual(await listed(fixture, 'state=throttled'), [a, b]);
  assert.partialDeepStrictEqual((await fixture.get(`/api/keys/${b}`)).json(), {
    state: 'in-service',
    standing: 'throttled',
    cause: 'throttled',
    heldUntil: '2026-03-01T12:00:30.000Z',
    reason: `shares org-1 with ${a}, which is throttled for gpt-5 (openai.rate-limit)`,
    models: {},
  });
  assert.deepEqual(await listed(fixture, 'state=in-service'), []);
  assert.deepEqual(await listed(fixture, 'state=disabled'), [d]);
  assert.deepEqual(await listed(fixture, 'state=disabled&provider=main'), []);
  assert.deepEqual(await listed(fixture, 'reason=billing'), [c]);
  assert.deepEqual(await listed(fixture, 'reason=OpenAI.Quota'), [c]);
  assert.deepEqual(await listed(fixture, 'reason=by+hand&state=disabled'), [d]);
  assert.deepEqual(refusal(await fixture.get('/api/keys?state=broken')), [400, 'unknown_state']);
  assert.deepEqual(refusal(await fixture.get('/api/keys?provider=none&state=disabled')), [
    404,
    'unknown_provider',
  ]);
});

void test('a key is found by its id, its name or the beginning of either, and what is exact goes first', async (context) => {
  const fixture = await openAdminFixture(context, { providers });
  const [a, b, c, d] = [A, B, C, D].map((secret) => fixture.key(secret).id);
  const find = async (text: string): Promise<readonly string[]> => {
    const answer = await fixture.get(`/api/find-key?key=${encodeURIComponent(text)}`);
    const { count, keys } = found.parse(answer.json());
    assert.equal(count, keys.length);
    return keys.map(({ id }) => id);
  };
  assert.deepEqual(await find(a ?? ''), [a]);
  assert.deepEqual(await find(a?.slice(0, 5) ?? ''), [a]);
  assert.deepEqual(await find('team-a'), [a]);
  assert.deepEqual(await find('TEAM'), [a, b]);
  assert.deepEqual(await find('spare'), [c, d]);
  assert.deepEqual(await find('other/spare'), [d]);
  assert.deepEqual(await find(`main/${c}`), [c]);
  for (const nothing of ['', 'main/', 'tame', `other/${c}`, A, '__proto__'])
    assert.deepEqual(await find(nothing), [], nothing);
});

function as(name: string): Readonly<Record<string, string>> {
  return { 'x-sparekey-operator': encodeURIComponent(name) };
}

void test('an act says who did it and why, as far as that was said', async (context) => {
  const fixture = await openAdminFixture(context, { providers });
  const { id } = fixture.key(A);
  const lastDecision = () => fixture.book.record(fixture.key(A)).decisions?.at(-1);
  await fixture.post(`/api/keys/${id}/disable?reason=${encodeURIComponent(' seen in a log ')}`, as('Zoë'));
  assert.partialDeepStrictEqual(lastDecision(), { effect: 'disabled', by: 'Zoë', reason: 'seen in a log' });
  await fixture.post(`/api/keys/${id}/enable`);
  assert.deepEqual(lastDecision(), { at: fixture.clock.now, effect: 'enabled' });

  fixture.happens(A, { kind: 'throttles' }, { waitMs: 30_000 });
  await fixture.post(`/api/keys/${id}/lift-holds?model=gpt-5&reason=paid`, as('bob'));
  assert.partialDeepStrictEqual(lastDecision(), {
    effect: 'lifted',
    model: 'gpt-5',
    by: 'bob',
    reason: 'paid',
  });
  assert.deepEqual(fixture.lifts, [
    { provider: 'main', model: 'gpt-5', keys: [id], by: 'bob', reason: 'paid' },
  ]);
  const explained = (await fixture.get(`/api/keys/${id}/explain`)).json();
  assert.partialDeepStrictEqual(explained, { decisions: [{ effect: 'lifted', by: 'bob', reason: 'paid' }] });

  // A credential in it is not kept.
  await fixture.post(`/api/keys/${id}/disable?reason=leaked+${A}`);
  assert.equal(lastDecision()?.reason, 'leaked sk-***');
});

void test('names and reasons that control a terminal or are too long are refused, and nothing is done', async (context) => {
  const fixture = await openAdminFixture(context, { providers });
  const { id } = fixture.key(A);
  const bad = ['a\nb', 'a\u001b[2J', 'a\u202eb', 'x'.repeat(201)];
  for (const text of bad) {
    const path = `/api/keys/${id}/disable`;
    const encoded = encodeURIComponent(text);
    assert.deepEqual(refusal(await fixture.post(`${path}?reason=${encoded}`)), [400, 'invalid_reason']);
    const named = await fixture.post(path, { 'x-sparekey-operator': encoded });
    assert.deepEqual(refusal(named), [400, 'invalid_operator']);
  }
  assert.equal(fixture.book.record(fixture.key(A)).state, 'in-service');
});
