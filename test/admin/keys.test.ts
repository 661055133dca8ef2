import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { startSimulator } from '../../simulator/simulator.ts';
import type { Store } from '../../src/store/contract.ts';
import { ask } from '../support/http.ts';
import { START, refusal, openAdminFixture } from './tools.ts';
import { read } from '../store/tools.ts';

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';

const listing = z.object({ keys: z.array(z.looseObject({ id: z.string(), provider: z.string() })) });

const main = {
  id: 'main',
  type: 'openai',
  apiTokens: [{ key: A, name: 'team-a', quotaDomain: 'org-1' }, B],
  failover: { enabled: true, failureThreshold: 2, successThreshold: 2, healthCheckModel: 'gpt-5-nano' },
};
const other = {
  id: 'other',
  type: 'openai',
  apiTokens: [C],
  failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1m' },
};
const pools = { providers: [main, other] };

/** Each call goes on to `store`, so that a test can put its own in place of one. */
function forwarding(store: Store): Store {
  return {
    description: store.description,
    compareAndSet: (id, revision, value) => store.compareAndSet(id, revision, value),
    changesSince: (cursor, limit) => store.changesSince(cursor, limit),
    onChange: (listener) => store.onChange(listener),
    acquireLease: (name, holder, ttlMs) => store.acquireLease(name, holder, ttlMs),
    releaseLease: (lease) => store.releaseLease(lease),
    set: (id, value, ttlMs) => store.set(id, value, ttlMs),
    get: (id) => store.get(id),
    delete: (id) => store.delete(id),
    time: () => store.time(),
    close: () => store.close(),
  };
}

void test('a key of which nothing was ever recorded is shown with all that is known of it', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const answer = await fixture.get('/api/keys');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(answer.headers['cache-control'], 'no-store');
  const fresh = {
    state: 'in-service',
    reason: null,
    failures: 0,
    passes: 0,
    since: null,
    nextTryAt: null,
    models: {},
    standing: 'in-service',
    cause: null,
    heldUntil: null,
  };
  assert.deepEqual(answer.json(), {
    keys: [
      {
        provider: 'main',
        id: fixture.key(A).id,
        name: 'team-a',
        hint: 'wxyz',
        ...fresh,
        quotaDomain: 'org-1',
      },
      { provider: 'main', id: fixture.key(B).id, name: null, hint: '1234', ...fresh, quotaDomain: null },
      { provider: 'other', id: fixture.key(C).id, name: null, hint: '5678', ...fresh, quotaDomain: null },
    ],
  });
});

void test('one provider, or one key, can be asked for', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const body = (await fixture.get('/api/keys?provider=other')).json();
  assert.deepEqual(
    listing.parse(body).keys.map(({ id }) => id),
    [fixture.key(C).id],
  );
  const one = await fixture.get(`/api/keys/${fixture.key(C).id}`);
  assert.deepEqual(one.json(), listing.parse(body).keys[0]);
  assert.deepEqual(refusal(await fixture.get('/api/keys?provider=none')), [404, 'unknown_provider']);
  assert.deepEqual(refusal(await fixture.get('/api/keys/none')), [404, 'unknown_key']);
});

void test('failures, leaving service and passes are shown as they happen', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const { id } = fixture.key(A);
  const shown = async () => {
    const body = (await fixture.get(`/api/keys/${id}`)).json();
    const { state, reason, failures, passes, since, nextTryAt } = z.looseObject({}).parse(body);
    return { state, reason, failures, passes, since, nextTryAt };
  };
  fixture.happens(A, { kind: 'counts' });
  const fresh = { state: 'in-service', failures: 0, passes: 0, since: null, nextTryAt: null };
  assert.deepEqual(await shown(), { ...fresh, reason: 'failed once (test.rule)', failures: 1 });

  fixture.happens(A, { kind: 'counts' });
  const out = {
    state: 'out-of-service',
    reason: 'failed too often in a row (test.rule)',
    failures: 0,
    passes: 0,
    since: '2026-03-01T12:00:00.000Z',
    nextTryAt: '2026-03-01T12:00:05.000Z',
  };
  assert.deepEqual(await shown(), out);

  fixture.clock.now = START + 5_000;
  fixture.happens(A, { kind: 'condemns', cause: 'billing' }, { check: true, rule: 'test.credit' });
  assert.deepEqual(await shown(), {
    ...out,
    reason: 'out of credit (test.credit)',
    failures: 1,
    nextTryAt: '2026-03-01T12:00:15.000Z',
  });

  fixture.clock.now = START + 15_000;
  fixture.happens(A, { kind: 'succeeds' }, { check: true });
  assert.deepEqual(await shown(), {
    ...out,
    reason: 'out of credit (test.credit)',
    passes: 1,
    nextTryAt: '2026-03-01T12:00:20.000Z',
  });

  fixture.clock.now = START + 20_000;
  fixture.happens(A, { kind: 'succeeds' }, { check: true });
  assert.deepEqual(await shown(), { ...fresh, reason: null, since: '2026-03-01T12:00:20.000Z' });
});

void test('models that a key is kept from are shown until their wait is over', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const { id } = fixture.key(A);
  fixture.happens(A, { kind: 'throttles' }, { waitMs: 30_000 });
  const held = {
    cause: 'throttled',
    rule: 'test.rule',
    since: '2026-03-01T12:00:00.000Z',
    until: '2026-03-01T12:00:30.000Z',
  };
  const body = (await fixture.get(`/api/keys/${id}`)).json();
  assert.partialDeepStrictEqual(body, {
    state: 'in-service',
    reason: 'throttled for gpt-5 (test.rule)',
    models: { 'gpt-5': held },
  });

  fixture.happens(A, { kind: 'denies' }, { model: '__proto__' });
  const both = z.looseObject({ models: z.unknown() }).parse((await fixture.get(`/api/keys/${id}`)).json());
  assert.match(JSON.stringify(both.models), /"gpt-5":.*"__proto__":\{"cause":"denied"/);

  fixture.clock.now = START + 3_600_000;
  assert.partialDeepStrictEqual((await fixture.get(`/api/keys/${id}`)).json(), { reason: null, models: {} });
});

void test('a cooldown that has run out is seen without a write', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const { id } = fixture.key(C);
  fixture.happens(C, { kind: 'counts' });
  assert.partialDeepStrictEqual((await fixture.get(`/api/keys/${id}`)).json(), {
    state: 'out-of-service',
    // It has no health check, so its own return is its next try.
    nextTryAt: '2026-03-01T12:01:00.000Z',
  });
  fixture.clock.now = START + 60_000;
  assert.partialDeepStrictEqual((await fixture.get(`/api/keys/${id}`)).json(), {
    state: 'in-service',
    since: '2026-03-01T12:01:00.000Z',
  });
});

void test('disabling and enabling a key are stored before they are answered', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const key = fixture.key(B);
  const stored = async () => (await read(fixture.store, `key/main/${key.id}`))?.value ?? '';

  const disabled = await fixture.post(`/api/keys/${key.id}/disable`);
  assert.equal(disabled.status, 200);
  assert.partialDeepStrictEqual(disabled.json(), {
    id: key.id,
    state: 'disabled',
    reason: 'disabled by hand',
    since: '2026-03-01T12:00:00.000Z',
    nextTryAt: null,
  });
  assert.match(await stored(), /"state":"disabled"/);
  assert.equal(fixture.provider('main').pool.get(key.id)?.record.state, 'disabled');

  const enabled = await fixture.post(`/api/keys/${key.id}/enable`);
  assert.partialDeepStrictEqual(enabled.json(), { state: 'in-service', reason: null });
  assert.match(await stored(), /"state":"in-service"/);

  assert.deepEqual(refusal(await fixture.post('/api/keys/none/disable')), [404, 'unknown_key']);
  assert.deepEqual(refusal(await fixture.post('/api/keys/none/enable')), [404, 'unknown_key']);
});

void test('enabling puts a key back that had left service by itself', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(A, { kind: 'condemns', cause: 'key_dead' });
  const body = (await fixture.post(`/api/keys/${fixture.key(A).id}/enable`)).json();
  assert.partialDeepStrictEqual(body, { state: 'in-service', reason: null });
});

void test('while the store is away a change counts, and the answer says that it is not stored', async (context) => {
  let away = false;
  const fixture = await openAdminFixture(context, {
    ...pools,
    wrapStore: (store) => ({
      ...forwarding(store),
      compareAndSet: (...args) =>
        away ? Promise.reject(new Error('the store is away')) : store.compareAndSet(...args),
    }),
  });
  away = true;
  const answer = await fixture.post(`/api/keys/${fixture.key(A).id}/disable`);
  assert.equal(answer.status, 202);
  assert.partialDeepStrictEqual(answer.json(), { state: 'disabled' });
});

void test('a key is checked on request, and what the check shows counts', async (context) => {
  const simulator = await startSimulator({
    script: { keys: { [B]: { behaviours: [{ kind: 'invalid-key' }] } } },
  });
  context.after(() => simulator.close());
  const fixture = await openAdminFixture(context, {
    providers: [
      { ...main, baseUrl: simulator.url, failover: { ...main.failover, successThreshold: 1 } },
      other,
    ],
  });

  fixture.happens(A, { kind: 'condemns', cause: 'key_dead' });
  const good = await fixture.post(`/api/keys/${fixture.key(A).id}/probe`);
  assert.equal(good.status, 200);
  assert.partialDeepStrictEqual(good.json(), { passed: true, verdict: 'ok', status: 200 });
  assert.equal(fixture.book.record(fixture.key(A)).state, 'in-service');

  const bad = await fixture.post(`/api/keys/${fixture.key(B).id}/probe`);
  assert.equal(bad.status, 200);
  assert.partialDeepStrictEqual(bad.json(), {
    passed: false,
    verdict: 'key_dead',
    rule: 'openai.key-invalid',
    status: 401,
  });
  assert.match(
    (await read(fixture.store, `key/main/${fixture.key(B).id}`))?.value ?? '',
    /"cause":"key_dead"/,
  );

  const none = await fixture.post(`/api/keys/${fixture.key(C).id}/probe`);
  assert.deepEqual(refusal(none), [409, 'no_health_check']);
  assert.deepEqual(refusal(await fixture.post('/api/keys/none/probe')), [404, 'unknown_key']);
});

void test('no answer holds a secret', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(A, { kind: 'condemns', cause: 'key_dead' });
  const answers = [
    await fixture.get('/api/keys'),
    await fixture.get(`/api/keys/${fixture.key(A).id}`),
    await fixture.post(`/api/keys/${fixture.key(A).id}/disable`),
    await fixture.get(`/api/keys/${A}`),
    await fixture.get(`/${A}`),
  ];
  for (const { text, headers } of answers) {
    const shown = text + JSON.stringify(headers);
    for (const secret of [A, B, C]) assert.ok(!shown.includes(secret.slice(0, -4)));
  }
});

void test('paths and methods that are not there are refused in words', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  const { id } = fixture.key(A);
  for (const path of ['/', '/api', '/api/keys/', `/api/keys/${id}/drop`, '/api/keysX', '//[']) {
    assert.deepEqual(refusal(await fixture.get(path)), [404, 'unknown_path'], path);
  }
  const wrong = await fixture.get(`/api/keys/${id}/disable`);
  assert.deepEqual(refusal(wrong), [405, 'method_not_allowed']);
  assert.equal(wrong.headers['allow'], 'POST');
  assert.deepEqual(refusal(await fixture.post('/api/keys')), [405, 'method_not_allowed']);
  assert.deepEqual(refusal(await ask(fixture.url, { method: 'DELETE', path: `/api/keys/${id}` })), [
    405,
    'method_not_allowed',
  ]);
  assert.deepEqual(fixture.defects, []);
  assert.equal(fixture.book.record(fixture.key(A)).state, 'in-service');
});
