import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { START, refusal, openAdminFixture } from './tools.ts';

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';
const D = 'sk-fourth-0123456789abcdef-abcd';
const SPARE = 'sk-spare-0123456789abcdef-zzzz';

const ways = z.object({ providers: z.array(z.object({ provider: z.string(), share: z.number() })) });

const failover = { enabled: true, failureThreshold: 1, healthCheckModel: 'gpt-5-nano' };
const pools = {
  providers: [
    {
      id: 'main',
      type: 'openai',
      apiTokens: [
        { key: A, name: 'team-a', quotaDomain: 'org-1' },
        { key: B, quotaDomain: 'org-1' },
        { key: C, models: ['gpt-4*'] },
        D,
      ],
      failover,
    },
    {
      id: 'spare',
      type: 'openai',
      apiTokens: [SPARE],
      modelMapping: { '*': 'small' },
      affinity: 'session',
      failover,
    },
    { id: 'open', type: 'openai' },
  ],
  routes: [{ model: 'gpt-*', to: ['main', 'spare'] }],
};

void test('for every provider on the route it is shown which key would be chosen, and why not the others', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  fixture.happens(
    A,
    { kind: 'throttles' },
    { waitMs: 30_000, domainWide: true, rule: 'openai.rate-limit', model: 'gpt-5' },
  );
  const answer = await fixture.get('/api/choice?model=gpt-5');
  assert.equal(answer.status, 200);
  const usual = {
    obstacle: null,
    reason: null,
    weight: 1,
    share: 1,
    inFlight: 0,
    scarce: false,
    dueAt: null,
    lastResort: false,
  };
  const until = new Date(START + 30_000).toISOString();
  const { id } = fixture.key(A);
  assert.deepEqual(answer.json(), {
    at: new Date(START).toISOString(),
    model: 'gpt-5',
    providers: [
      {
        provider: 'main',
        model: 'gpt-5',
        share: 1,
        down: null,
        strategy: 'balanced',
        affinity: 'none',
        outcome: 'key',
        returnsAt: null,
        draws: 2520,
        counts: {
          usable: 1,
          tried: 0,
          'other-models': 1,
          'out-of-service': 0,
          disabled: 0,
          held: 1,
          'domain-held': 1,
        },
        keys: [
          { ...usual, id: fixture.key(D).id, name: null, hint: 'abcd', chance: 1 },
          {
            ...usual,
            id,
            name: 'team-a',
            hint: 'wxyz',
            chance: 0,
            obstacle: 'held',
            reason: 'throttled for gpt-5 (openai.rate-limit)',
            dueAt: until,
          },
          {
            ...usual,
            id: fixture.key(B).id,
            name: null,
            hint: '1234',
            chance: 0,
            obstacle: 'domain-held',
            reason: `shares org-1 with ${id}, which is throttled for gpt-5 (openai.rate-limit)`,
            dueAt: until,
          },
          {
            ...usual,
            id: fixture.key(C).id,
            name: null,
            hint: '5678',
            chance: 0,
            obstacle: 'other-models',
            reason: 'for other models only',
          },
        ],
      },
      {
        provider: 'spare',
        model: 'small',
        share: 1,
        down: null,
        strategy: 'balanced',
        affinity: 'session',
        outcome: 'key',
        returnsAt: null,
        draws: 2520,
        counts: {
          usable: 1,
          tried: 0,
          'other-models': 0,
          'out-of-service': 0,
          disabled: 0,
          held: 0,
          'domain-held': 0,
        },
        keys: [{ ...usual, id: fixture.key(SPARE).id, name: null, hint: 'zzzz', chance: 1 }],
      },
    ],
    seenFrom: { node: 'node-1', serves: true, storeAwaySince: null, note: null },
  });
});

void test('one provider can be shown alone, with a model as clients name it or without one', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  for (const [query, model] of [
    ['provider=spare&model=gpt-5', 'small'],
    ['provider=spare&model=spare%2Fgpt-5', 'small'],
    ['provider=spare', null],
    ['provider=spare&model=', null],
    ['model=spare%2Fx', 'small'],
  ] as const) {
    assert.partialDeepStrictEqual((await fixture.get(`/api/choice?${query}`)).json(), {
      providers: [{ provider: 'spare', model }],
    });
  }
});

void test('providers that are equals on a route are shown with their shares, whatever their random order', async (context) => {
  const routes = [
    {
      model: 'gpt-*',
      to: [
        [
          { provider: 'main', weight: 1 },
          { provider: 'spare', weight: 3 },
        ],
        'open',
      ],
    },
  ];
  const fixture = await openAdminFixture(context, { ...pools, routes });
  for (let n = 0; n < 20; n++) {
    const body = (await fixture.get('/api/choice?model=gpt-5')).json();
    const providers = ways.parse(body).providers.map(({ provider, share }) => [provider, share]);
    assert.deepEqual(providers, [
      ['spare', 0.75],
      ['main', 0.25],
      ['open', 1],
    ]);
  }
});

void test('last resorts, out of service and disabled keys are shown as such', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  await fixture.post(`/api/keys/${fixture.key(A).id}/disable`);
  fixture.happens(B, { kind: 'condemns', cause: 'key_dead' });
  fixture.happens(D, { kind: 'counts' });
  const dueAt = new Date(START + 5_000).toISOString();
  assert.partialDeepStrictEqual((await fixture.get('/api/choice?model=gpt-5&provider=main')).json(), {
    providers: [
      {
        outcome: 'last-resort',
        keys: [
          { id: fixture.key(D).id, obstacle: 'out-of-service', lastResort: true, chance: 1, dueAt },
          { obstacle: 'disabled', reason: 'disabled by hand', lastResort: false, dueAt: null },
          {
            obstacle: 'out-of-service',
            reason: 'refused by the provider as invalid, revoked or blocked (test.rule)',
            lastResort: false,
          },
          { obstacle: 'other-models' },
        ],
      },
    ],
  });
});

void test('a provider without keys, an unknown one and a model without a route are distinguished', async (context) => {
  const fixture = await openAdminFixture(context, pools);
  assert.partialDeepStrictEqual((await fixture.get('/api/choice?provider=open')).json(), {
    providers: [{ provider: 'open', outcome: 'keyless', keys: [] }],
  });
  assert.deepEqual(refusal(await fixture.get('/api/choice?provider=none')), [404, 'unknown_provider']);
  const lost = await openAdminFixture(context, { ...pools, activeProviderId: null });
  assert.deepEqual(refusal(await lost.get('/api/choice?model=claude')), [404, 'no_route']);
  const refusing = await openAdminFixture(context, {
    ...pools,
    routes: [{ model: 'llama-*', to: 'none', message: 'ask for gpt-5 instead' }],
  });
  const refused = await refusing.get('/api/choice?model=llama-3');
  assert.deepEqual(refusal(refused), [404, 'no_route']);
  assert.match(refused.text, /Clients are told: ask for gpt-5 instead"/);
  assert.deepEqual(refusal(await fixture.post('/api/choice')), [405, 'method_not_allowed']);
});

void test('a process that serves no clients shows no requests in flight', async (context) => {
  const worker = { number: 1, pid: 4711, state: 'ready', since: START, restarts: 0 } as const;
  const fixture = await openAdminFixture(context, { ...pools, workers: [worker] });
  assert.partialDeepStrictEqual((await fixture.get('/api/choice?provider=spare')).json(), {
    providers: [{ keys: [{ inFlight: null, scarce: false, chance: 1 }] }],
    seenFrom: { serves: false },
  });
});

void test('of a large pool a hundred keys are shown, and all are counted', async (context) => {
  const apiTokens = Array.from({ length: 20_000 }, (_, n) => `sk-many-0123456789-${n}`);
  const fixture = await openAdminFixture(context, { providers: [{ id: 'many', type: 'openai', apiTokens }] });
  const body = (await fixture.get('/api/choice')).json();
  assert.partialDeepStrictEqual(body, { providers: [{ draws: 1, counts: { usable: 20_000 } }] });
  assert.equal(JSON.stringify(body).match(/"chance":null/g)?.length, 100);
});

void test('without the token no choice is shown', async (context) => {
  const fixture = await openAdminFixture(context, { ...pools, token: 'open-sesame' });
  assert.deepEqual(refusal(await fixture.get('/api/choice')), [401, 'missing_token']);
  const path = `/api/keys/${fixture.key(A).id}/explain`;
  assert.deepEqual(refusal(await fixture.get(path)), [401, 'missing_token']);
});
