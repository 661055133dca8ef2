import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { START, refusal, openAdminFixture } from './tools.ts';

const PROVIDERS = [{ id: 'main', type: 'openai', apiTokens: ['sk-a'] }];
const COUNTS = { open: 5, most: 100, gaveWay: 2, refused: 1 };

void test('workers are listed with what they do, since when, and how often they were started again', async (context) => {
  const fixture = await openAdminFixture(context, {
    providers: PROVIDERS,
    workers: [
      { number: 1, pid: 4711, state: 'ready', since: START, restarts: 0, connections: COUNTS },
      { number: 2, pid: undefined, state: 'waiting', since: START + 1_000, restarts: 3 },
    ],
  });
  const answer = await fixture.get('/api/workers');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json(), {
    workers: [
      {
        number: 1,
        pid: 4711,
        state: 'ready',
        since: '2026-03-01T12:00:00.000Z',
        restarts: 0,
        connections: COUNTS,
      },
      {
        number: 2,
        pid: null,
        state: 'waiting',
        since: '2026-03-01T12:00:01.000Z',
        restarts: 3,
        connections: null,
      },
    ],
  });
  assert.deepEqual(refusal(await fixture.post('/api/workers')), [405, 'method_not_allowed']);
  assert.deepEqual(refusal(await fixture.get('/api/workers/1')), [404, 'unknown_path']);
});

void test('without the token the workers are not shown', async (context) => {
  const fixture = await openAdminFixture(context, { providers: PROVIDERS, token: 'open-sesame' });
  assert.deepEqual(refusal(await fixture.get('/api/workers')), [401, 'missing_token']);
});

void test('the state shows how many workers serve, and which of them do not answer', async (context) => {
  const since = START;
  const fixture = await openAdminFixture(context, {
    providers: PROVIDERS,
    workers: [
      { number: 1, pid: 4711, state: 'ready', since, restarts: 0 },
      { number: 2, pid: 4712, state: 'unresponsive', since, restarts: 0 },
      { number: 3, pid: undefined, state: 'waiting', since, restarts: 1 },
    ],
  });
  const { workers } = z.object({ workers: z.unknown() }).parse((await fixture.get('/api/state')).json());
  assert.deepEqual(workers, { ready: 1, of: 3, unresponsive: [2] });
});
