import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { START, refusal, openAdminFixture } from './tools.ts';

const PROVIDERS = [{ id: 'main', type: 'openai', apiTokens: ['sk-a'] }];

void test('the store is shown with its kind and place, and which providers are probed from here', async (context) => {
  const worker = { pid: undefined, state: 'ready', since: START, restarts: 0 } as const;
  const fixture = await openAdminFixture(context, {
    providers: PROVIDERS,
    workers: [
      {
        ...worker,
        number: 1,
        connections: { open: 5, most: 100, gaveWay: 2, refused: 1 },
        memory: { limit: 600_000, held: 2_000, waiting: 0, refused: 3 },
      },
      {
        ...worker,
        number: 2,
        connections: { open: 6, most: 100, gaveWay: 0, refused: 3 },
        memory: { limit: 400_000, held: 0, waiting: 1, refused: 0 },
      },
      { ...worker, number: 3, state: 'starting', connections: undefined },
    ],
    state: {
      kind: 'redis',
      description: 'redis://127.0.0.1:6379/0',
      probing: ['main'],
      checksSpent: [['main', START + 3_600_000]],
      emptyAnswers: [
        ['main', 2],
        ['other', 0],
      ],
    },
  });
  const answer = await fixture.get('/api/state');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json(), {
    store: {
      kind: 'redis',
      description: 'redis://127.0.0.1:6379/0',
      awaySince: null,
      lostWritesAt: null,
      unwrittenKeys: 0,
    },
    clock: { wallAheadMs: 0, setAt: null, setByMs: null },
    probing: ['main'],
    probingRest: [],
    configurations: { differSince: null, others: [] },
    refusedFile: null,
    checksSpentUntil: { main: '2026-03-01T13:00:00.000Z' },
    emptyAnswers: { main: 2 },
    memory: { limit: 1_000_000, held: 2_000, waiting: 1, refused: 3 },
    down: [],
    connections: { open: 11, most: 200, gaveWay: 2, refused: 4 },
    workers: { ready: 2, of: 3, unresponsive: [] },
  });
  assert.deepEqual(refusal(await fixture.post('/api/state')), [405, 'method_not_allowed']);
});

void test('a store that is away is shown as such, with how much waits to be written', async (context) => {
  const fixture = await openAdminFixture(context, {
    providers: PROVIDERS,
    state: { awaySince: START, unwritten: 3 },
  });
  assert.deepEqual((await fixture.get('/api/state')).json(), {
    store: {
      kind: 'memory',
      description: 'memory:',
      awaySince: '2026-03-01T12:00:00.000Z',
      lostWritesAt: null,
      unwrittenKeys: 3,
    },
    clock: { wallAheadMs: 0, setAt: null, setByMs: null },
    probing: [],
    probingRest: [],
    configurations: { differSince: null, others: [] },
    refusedFile: null,
    checksSpentUntil: {},
    emptyAnswers: {},
    memory: { limit: 0, held: 0, waiting: 0, refused: 0 },
    down: [],
    connections: { open: 0, most: 0, gaveWay: 0, refused: 0 },
    workers: { ready: 1, of: 1, unresponsive: [] },
  });
});

void test('a clock that was set and nodes with another configuration are shown', async (context) => {
  const others = [{ node: 'node-2', providers: ['main'] }];
  const fixture = await openAdminFixture(context, {
    providers: PROVIDERS,
    state: {
      clock: { wallAheadMs: -3_600_000, wallSet: { at: START, byMs: -3_600_000 } },
      probingRest: ['main'],
      configurations: { differSince: START, others },
    },
  });
  const shown: unknown = (await fixture.get('/api/state')).json();
  const { clock, probingRest, configurations } = z.looseObject({}).parse(shown);
  assert.deepEqual(
    { clock, probingRest, configurations },
    {
      clock: { wallAheadMs: -3_600_000, setAt: '2026-03-01T12:00:00.000Z', setByMs: -3_600_000 },
      probingRest: ['main'],
      configurations: { differSince: '2026-03-01T12:00:00.000Z', others },
    },
  );
});

void test('without the token the state is not shown', async (context) => {
  const fixture = await openAdminFixture(context, { providers: PROVIDERS, token: 'open-sesame' });
  assert.deepEqual(refusal(await fixture.get('/api/state')), [401, 'missing_token']);
});
