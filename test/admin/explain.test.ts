import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { FRESH } from '../../src/keys/record/record.ts';
import { POLICY } from '../keys/tools.ts';
import { START, refusal, openAdminFixture } from './tools.ts';
import type { AdminFixture, AdminFixtureOptions } from './tools.ts';
import { until } from '../support/until.ts';
import { setInFlight } from '../support/in-flight.ts';

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';

const failover = {
  enabled: true,
  failureThreshold: 2,
  successThreshold: 2,
  healthCheckModel: 'gpt-5-nano',
  healthCheckInterval: '1h',
};
const main = {
  id: 'main',
  type: 'openai',
  apiTokens: [{ key: A, name: 'team-a', quotaDomain: 'org-1' }, { key: B, quotaDomain: 'org-1' }, C],
  failover,
};

function timeAt(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}

const nothingMore = { at: null, model: null, here: null, notBefore: null };
const HOUR = 3600;

async function stageOf(
  context: Parameters<typeof openAdminFixture>[0],
  more: Partial<AdminFixtureOptions> = {},
) {
  return openAdminFixture(context, { providers: [main], watched: true, ...more });
}

async function explained(fixture: AdminFixture, secret: string): Promise<unknown> {
  const answer = await fixture.get(`/api/keys/${fixture.key(secret).id}/explain`);
  assert.equal(answer.status, 200);
  return answer.json();
}

void test('a key of which nothing was ever recorded is explained by that', async (context) => {
  const fixture = await stageOf(context);
  const answer = await fixture.get(`/api/keys/${fixture.key(C).id}/explain`);
  assert.deepEqual(answer.json(), {
    at: timeAt(0),
    key: (await fixture.get(`/api/keys/${fixture.key(C).id}`)).json(),
    cause: null,
    rule: null,
    evidence: null,
    holds: [],
    doubt: null,
    unproven: false,
    next: [],
    domain: null,
    scarce: [],
    down: [],
    inFlight: 0,
    ramp: null,
    decisions: [],
    policy: { failover: true, failureThreshold: 2, successThreshold: 2, byStatus: false },
    seenFrom: { node: 'node-1', serves: true, storeAwaySince: null, note: null },
  });
  assert.deepEqual(refusal(await fixture.get('/api/keys/none/explain')), [404, 'unknown_key']);
  const posted = await fixture.post(`/api/keys/${fixture.key(C).id}/explain`);
  assert.deepEqual([...refusal(posted), posted.headers.allow], [405, 'method_not_allowed', 'GET']);
});

void test('a dead key is out by which rule, on what answer to which request, and checked for free', async (context) => {
  const fixture = await stageOf(context);
  await until(() => fixture.prober.probing.length === 1);
  fixture.happens(
    A,
    { kind: 'condemns', cause: 'key_dead' },
    { rule: 'openai.key-invalid', status: 401, requestId: 'req_1', node: 'node-7' },
  );
  fixture.clock.now = START + 2_000;
  const decision = {
    at: timeAt(0),
    effect: 'taken-out',
    rule: {
      id: 'openai.key-invalid',
      class: 'key_dead',
      meaning: 'the credential is refused',
      scope: 'key',
      source: 'developers.openai.com/api/docs/guides/error-codes: 401 Incorrect API key provided',
    },
    status: 401,
    requestId: 'req_1',
    node: 'node-7',
    check: false,
    model: null,
  };
  assert.partialDeepStrictEqual(await explained(fixture, A), {
    at: timeAt(2),
    key: { state: 'out-of-service', name: 'team-a', nextTryAt: timeAt(HOUR) },
    cause: 'key_dead',
    rule: decision.rule,
    evidence: decision,
    next: [{ ...nothingMore, how: 'free-check', at: timeAt(HOUR), here: true }],
    domain: { name: 'org-1', learned: false, keys: 2, troubles: [] },
    decisions: [decision],
  });
});

void test('a reprieved key shows what is doubted, by which request, and when it is checked', async (context) => {
  const fixture = await stageOf(context);
  const by = { rule: 'openai.key-invalid', status: 401, requestId: 'req_1', unproven: true } as const;
  fixture.happens(A, { kind: 'condemns', cause: 'key_dead' }, by);
  assert.partialDeepStrictEqual(await explained(fixture, A), { unproven: true, doubt: null });
  const event = { type: 'doubted', at: START, cause: 'key_dead', model: '*', rule: by.rule } as const;
  fixture.book.apply(fixture.key(A), { ...event, status: 400, requestId: 'req_2' }, POLICY);
  assert.partialDeepStrictEqual(await explained(fixture, A), {
    key: { state: 'in-service', nextTryAt: timeAt(0) },
    unproven: false,
    doubt: {
      cause: 'key_dead',
      model: '*',
      rule: { id: 'openai.key-invalid' },
      since: timeAt(0),
      evidence: { effect: 'reprieved', status: 400, requestId: 'req_2' },
    },
    next: [{ how: 'free-check', at: timeAt(0) }],
    decisions: [{ effect: 'reprieved' }, { effect: 'taken-out', requestId: 'req_1' }],
  });
});

void test('checks that fail alike change nothing: what took the key out stays the evidence', async (context) => {
  const fixture = await stageOf(context);
  fixture.happens(C, { kind: 'condemns', cause: 'key_dead' }, { requestId: 'req_1' });
  for (let n = 0; n < 8; n++) fixture.happens(C, { kind: 'condemns', cause: 'key_dead' }, { check: true });
  assert.partialDeepStrictEqual(await explained(fixture, C), {
    evidence: { effect: 'taken-out', requestId: 'req_1' },
    decisions: [{ effect: 'check-failed' }, { effect: 'taken-out' }],
  });
});

void test('a failed check that finds another cause is the evidence from then on; decisions are listed newest first', async (context) => {
  const fixture = await stageOf(context);
  fixture.happens(C, { kind: 'counts' });
  fixture.happens(C, { kind: 'counts' });
  fixture.clock.now = START + 1_000;
  fixture.happens(C, { kind: 'condemns', cause: 'billing' }, { check: true, rule: 'general.no-credit' });
  assert.partialDeepStrictEqual(await explained(fixture, C), {
    cause: 'billing',
    rule: { id: 'general.no-credit', class: 'billing' },
    evidence: { at: timeAt(1), effect: 'check-failed', check: true, requestId: null },
    next: [{ how: 'paid-check', model: 'gpt-5-nano' }],
    decisions: [{ effect: 'check-failed' }, { effect: 'taken-out' }, { effect: 'counted' }],
  });
});

void test('ambiguous failures leave a key to checks, its cooldown and, any time, to a request', async (context) => {
  const fixture = await stageOf(context, {
    providers: [{ ...main, failover: { ...failover, cooldownDuration: '5m' } }],
  });
  fixture.happens(C, { kind: 'counts' });
  assert.partialDeepStrictEqual(await explained(fixture, C), {
    key: { state: 'in-service', failures: 1 },
    // The rule of a test: it is shown although its meaning is unknown.
    rule: { id: 'test.rule', class: null, meaning: null, scope: null, source: null },
    evidence: { effect: 'counted' },
  });
  fixture.happens(C, { kind: 'counts' });
  const { next } = z.looseObject({ next: z.unknown() }).parse(await explained(fixture, C));
  assert.deepEqual(next, [
    { ...nothingMore, how: 'cooldown', at: timeAt(300) },
    { ...nothingMore, how: 'paid-check', at: timeAt(HOUR), model: 'gpt-5-nano', here: true },
    { ...nothingMore, how: 'trial' },
  ]);
});

void test('a hold is shown with its decision, and its effect on other keys of the domain with those', async (context) => {
  const fixture = await stageOf(context);
  const more = { waitMs: 30_000, domainWide: true, rule: 'openai.rate-limit', status: 429 } as const;
  fixture.happens(A, { kind: 'throttles' }, more);
  const rule = { id: 'openai.rate-limit', class: 'rate_limit' };
  assert.partialDeepStrictEqual(await explained(fixture, A), {
    key: { state: 'in-service' },
    evidence: null,
    holds: [
      {
        model: 'gpt-5',
        cause: 'throttled',
        rule,
        until: timeAt(30),
        strikes: 1,
        wide: true,
        evidence: { effect: 'held', model: 'gpt-5', status: 429 },
      },
    ],
    next: [{ ...nothingMore, how: 'hold', at: timeAt(30), model: 'gpt-5' }],
  });
  const { id } = fixture.key(A);
  assert.partialDeepStrictEqual(await explained(fixture, B), {
    key: { state: 'in-service' },
    holds: [],
    next: [{ ...nothingMore, how: 'domain', at: timeAt(30), model: 'gpt-5' }],
    domain: {
      troubles: [
        { model: 'gpt-5', cause: 'throttled', until: timeAt(30), key: { id, name: 'team-a' }, rule },
      ],
    },
  });

  fixture.happens(C, { kind: 'denies' });
  const { next } = z.looseObject({ next: z.unknown() }).parse(await explained(fixture, C));
  assert.deepEqual(next, [
    { ...nothingMore, how: 'hold', at: timeAt(600), model: 'gpt-5' },
    { ...nothingMore, how: 'trial', model: 'gpt-5' },
  ]);
});

void test('an act of the operator is shown as such, and a key that has come back gets its share of the traffic', async (context) => {
  const fixture = await stageOf(context);
  const { id } = fixture.key(B);
  fixture.clock.now = START - 1_000;
  await fixture.post(`/api/keys/${id}/disable`);
  assert.partialDeepStrictEqual(await explained(fixture, B), {
    key: { state: 'disabled' },
    cause: null,
    evidence: { effect: 'disabled', rule: null },
    next: [{ ...nothingMore, how: 'operator' }],
    ramp: null,
  });
  fixture.clock.now = START;
  await fixture.post(`/api/keys/${id}/enable`);
  fixture.clock.now = START + 15_000;
  assert.partialDeepStrictEqual(await explained(fixture, B), {
    evidence: { effect: 'enabled' },
    next: [],
    ramp: { share: 0.5, fullAt: timeAt(30) },
  });
});

void test('what only the workers know is shown as unknown where this process serves no clients', async (context) => {
  const worker = { number: 1, pid: 4711, state: 'ready', since: START, restarts: 0 } as const;
  const fixture = await stageOf(context, { workers: [worker], state: { awaySince: START - 5_000 } });
  // It knows of limits from the records.
  const scarce = [{ model: 'gpt-5', since: START, until: START + 60_000 }];
  fixture.provider('main').pool.update(fixture.key(A).id, { ...FRESH, scarce });
  const shown = await explained(fixture, A);
  assert.partialDeepStrictEqual(shown, {
    scarce: [{ model: 'gpt-5', until: timeAt(60) }],
    inFlight: null,
    seenFrom: { serves: false, storeAwaySince: timeAt(-5) },
  });
  assert.match(JSON.stringify(shown), /the workers know and this process does not/);
});

void test('what this process knows of limits and traffic is shown', async (context) => {
  const fixture = await stageOf(context, { state: { kind: 'sqlite' } });
  const pooled = fixture.provider('main').pool.get(fixture.key(A).id);
  pooled?.headroom.observe('gpt-5', START + 60_000);
  if (pooled !== undefined) setInFlight(pooled, 3);
  const shown = await explained(fixture, B);
  // Limits are the domain's, requests the key's own.
  assert.partialDeepStrictEqual(shown, { scarce: [{ model: 'gpt-5', until: timeAt(60) }], inFlight: 0 });
  assert.match(JSON.stringify(shown), /as this one has seen it/);
  assert.partialDeepStrictEqual(await explained(fixture, A), { inFlight: 3 });
});

void test('where failover is off nothing counts but acts of the operator, whatever was recorded', async (context) => {
  const fixture = await stageOf(context, {
    providers: [{ id: 'main', type: 'openai', apiTokens: [A] }],
  });
  fixture.happens(A, { kind: 'condemns', cause: 'key_dead' });
  assert.partialDeepStrictEqual(await explained(fixture, A), {
    key: { state: 'in-service', reason: null },
    next: [],
    decisions: [],
    policy: { failover: false },
  });
  await fixture.post(`/api/keys/${fixture.key(A).id}/disable`);
  assert.partialDeepStrictEqual(await explained(fixture, A), { key: { state: 'disabled' } });
});
