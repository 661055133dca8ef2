import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyBook } from '../../src/keys/book/book.ts';
import type { InService } from '../../src/keys/record/record.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { refusal, openAdminFixture, START } from './tools.ts';
import type { AdminFixture } from './tools.ts';
import { until } from '../support/until.ts';
import { read } from '../store/tools.ts';

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';

const HOUR = 60 * 60 * 1000;

const main = {
  id: 'main',
  type: 'openai',
  apiTokens: [A, B],
  modelMapping: { 'the-big-one': 'gpt-5' },
  failover: { enabled: true, failureThreshold: 2, healthCheckModel: 'gpt-5-nano' },
};
const other = { ...main, id: 'other', apiTokens: [C] };
const pools = { providers: [main, other] };

function recordOf(fixture: AdminFixture, secret: string, book = fixture.book): InService {
  const record = book.record(fixture.key(secret));
  assert.ok(record.state === 'in-service');
  return record;
}

function heldFrom(fixture: AdminFixture, secret: string, book = fixture.book): readonly string[] {
  return recordOf(fixture, secret, book).holds.map(({ model }) => model);
}

void test('enabling a key in service lifts its holds, on every node', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(A, { kind: 'throttles' }, { waitMs: HOUR });
  fixture.happens(A, { kind: 'counts' });
  await fixture.book.flushed();
  const elsewhere = await KeyBook.open({ store: fixture.store, onNotice: () => undefined });
  context.after(() => elsewhere.close());
  assert.deepEqual(heldFrom(fixture, A, elsewhere), ['gpt-5']);

  const body = (await fixture.post(`/api/keys/${fixture.key(A).id}/enable`)).json();
  assert.partialDeepStrictEqual(body, { state: 'in-service', reason: null, failures: 0, models: {} });
  await until(() => heldFrom(fixture, A, elsewhere).length === 0);
  assert.equal(recordOf(fixture, A, elsewhere).decisions?.at(-1)?.effect, 'enabled');
});

void test('the holds of a provider are lifted at once, of those keys that have any', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(A, { kind: 'throttles' }, { waitMs: HOUR });
  fixture.happens(A, { kind: 'denies' }, { model: 'o9' });
  fixture.happens(C, { kind: 'throttles' }, { waitMs: HOUR });
  const answer = await fixture.post('/api/providers/main/lift-holds');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json(), { provider: 'main', keys: [fixture.key(A).id] });
  assert.deepEqual([heldFrom(fixture, A), heldFrom(fixture, C)], [[], ['gpt-5']]);
  assert.deepEqual(recordOf(fixture, A).decisions?.at(-1), { at: START, effect: 'lifted' });
  assert.match((await read(fixture.store, `key/main/${fixture.key(A).id}`))?.value ?? '', /"holds":\[\]/);

  const again = await fixture.post('/api/providers/main/lift-holds');
  assert.deepEqual(again.json(), { provider: 'main', keys: [] });
});

void test('the holds of one model are lifted, by the name that clients give it or the provider’s own', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  for (const [round, name] of ['the-big-one', 'gpt-5'].entries()) {
    // A failure that is no later than the lift puts the hold on no more.
    fixture.happens(A, { kind: 'throttles' }, { waitMs: HOUR, at: START + round });
    fixture.happens(A, { kind: 'denies' }, { model: 'o9' });
    const answer = await fixture.post(`/api/providers/main/lift-holds?model=${name}`);
    assert.deepEqual(answer.json(), { provider: 'main', keys: [fixture.key(A).id] });
    assert.deepEqual(heldFrom(fixture, A), ['o9']);
    assert.deepEqual(recordOf(fixture, A).decisions?.at(-1), { at: START, effect: 'lifted', model: 'gpt-5' });
  }
  const { body } = await fixture.get(`/api/keys/${fixture.key(A).id}/explain`);
  assert.match(body.toString(), /"effect":"lifted"/);
});

void test('what is not there has no holds to lift', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  assert.deepEqual(refusal(await fixture.post('/api/providers/none/lift-holds')), [404, 'unknown_provider']);
  assert.deepEqual(refusal(await fixture.post('/api/providers/%zz/lift-holds')), [404, 'unknown_provider']);
  assert.deepEqual(refusal(await fixture.get('/api/providers/main/lift-holds')), [405, 'method_not_allowed']);
});

void test('a check on request tests the model that is held, or the one that is named, and says which', async (context) => {
  const simulator = await startSimulator({ script: { keys: {} } });
  context.after(() => simulator.close());
  const fixture = await openAdminFixture(context, { providers: [{ ...main, baseUrl: simulator.url }] });
  const { id } = fixture.key(A);
  assert.partialDeepStrictEqual((await fixture.post(`/api/keys/${id}/probe`)).json(), {
    passed: true,
    kind: 'answer',
    model: 'gpt-5-nano',
  });
  fixture.happens(A, { kind: 'throttles' }, { waitMs: HOUR, chat: true });
  assert.partialDeepStrictEqual((await fixture.post(`/api/keys/${id}/probe?model=o9`)).json(), {
    passed: true,
    model: 'o9',
  });
  assert.deepEqual(heldFrom(fixture, A), ['gpt-5']);
  assert.partialDeepStrictEqual((await fixture.post(`/api/keys/${id}/probe`)).json(), {
    passed: true,
    model: 'gpt-5',
  });
  assert.deepEqual(heldFrom(fixture, A), []);
});

void test('the next try is never in the past, and a long hold shows its check', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(A, { kind: 'condemns', cause: 'billing' });
  fixture.clock.now = START + HOUR;
  const shown = (await fixture.get(`/api/keys/${fixture.key(A).id}`)).json();
  assert.partialDeepStrictEqual(shown, { nextTryAt: '2026-03-01T13:00:00.000Z' });

  const watched = await openAdminFixture(context, { ...pools, watched: true });
  watched.happens(B, { kind: 'throttles' }, { waitMs: HOUR, chat: true });
  assert.partialDeepStrictEqual((await watched.get(`/api/keys/${watched.key(B).id}/explain`)).json(), {
    next: [{ how: 'paid-check', model: 'gpt-5', at: '2026-03-01T12:05:00.000Z' }],
  });
});
